"""Items of evaluation sets in records: found where planted, scored by how much of them is there."""

import random

import numpy as np
import pyarrow as pa
import pytest

from datagov.corpus.batch import Cells
from datagov.duplicates.benchmark_index import HOT, BenchmarkIndex
from datagov.duplicates.contamination import TOUCHES, touches

KEY = b"k" * 32
ITEMS = [
    {
        "id": "bio-17",
        "question": "A gardener crosses a tall pea plant that is heterozygous for height with a "
        "short pea plant and grows forty offspring; what share of these offspring would you "
        "expect to be short according to the laws of Mendel?",
        "options": ["one quarter of them", "one half of them", "none of them at all", "all"],
        "answer": "one half of them, since the short parent gives only recessive alleles",
    },
    {
        "id": "geo-3",
        "passage": "The river Limpopo rises in South Africa and flows generally eastward through "
        "Mozambique to the Indian Ocean, and its name is said to come from an old Sepedi word.",
        "question": "Into which ocean does the river that forms the border flow in the end?",
        "answer": "Indian Ocean",
    },
    {
        "id": "zh-1",
        "question": "北宋时期活字印刷术的发明者是谁？他用什么材料制作活字？",
        "answer": "毕昇",
    },
    {"id": "s", "question": "What year was the Eiffel Tower constructed?", "answer": "1889"},
    {"id": "tiny", "question": "Why?", "answer": "Because."},
    {"id": "x", "question": "Capital of France?", "answer": "Paris, of course"},
]
NOISE = " ".join(f"noise{i % 977}x{i % 13}" for i in range(300))


def cells_of(*texts):
    n = len(texts)
    return Cells(
        pa.array(range(n), pa.int64()),
        pa.array(["text"] * n, pa.string()),
        pa.array(texts, pa.large_string()),
    )


def scores(*texts, items=ITEMS, **options):
    index = BenchmarkIndex.of(items, KEY)
    found = touches(index, cells_of(*texts), len(texts), KEY, **options)
    assert found.schema == TOUCHES
    return {(row["record"], row["item"]): row["score"] for row in found.to_pylist()}


def written(item):
    values = [item.get(name) for name in ("passage", "question", "options", "answer")]
    lines = []
    for value in values:
        lines += value if isinstance(value, list) else [value] if value else []
    return "\n".join(lines)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_verbatim_item_has_score_1_anywhere_in_a_record(number):
    text = written(ITEMS[number])
    assert scores(f"{NOISE} {text.upper()} {NOISE}", text, NOISE) == {
        (0, number): 1.0,
        (1, number): 1.0,
    }


def test_span_is_that_of_the_question_in_code_points():
    question = ITEMS[0]["question"]
    text = f"😀 é e\u0301 {written(ITEMS[0])} {NOISE}"
    (row,) = touches(BenchmarkIndex.of(ITEMS, KEY), cells_of("", text), 2, KEY).to_pylist()
    assert text[row["start"] : row["end"]] == question.rstrip("?")
    assert (row["record"], row["item"], row["field"]) == (1, 0, "text")


def test_an_item_in_a_later_field_of_a_slice_of_records_is_placed_there():
    texts = pa.array(["ab", "x", "one two", f"y {written(ITEMS[3])}"], pa.large_string()).slice(2)
    cells = Cells(pa.array([0, 0]), pa.array(["prompt", "response"]), texts)
    (row,) = touches(BenchmarkIndex.of(ITEMS, KEY), cells, 1, KEY).to_pylist()
    assert (row["record"], row["field"], row["start"], row["score"]) == (0, "response", 2, 1.0)


def test_a_question_over_and_over_is_one_row_and_takes_no_square():
    question = ITEMS[0]["question"]
    assert list(scores(f"{question} {NOISE} " * 500)) == [(0, 0)]
    assert list(scores(f"{question} " * 5000)) == [(0, 0)]


def test_one_word_changed_costs_little_in_a_long_item_and_more_in_a_short_one():
    long = scores(written(ITEMS[0]).replace("forty", "fifty"))[0, 0]
    assert 0.8 < long < 1
    short = scores(written(ITEMS[3]).replace("Tower", "Museum"), min_score=0.0)
    assert short.get((0, 3), 0) < 0.5


def test_the_question_alone_has_no_more_than_its_weight():
    assert scores(f"{NOISE} {ITEMS[0]['question']} {NOISE}")[0, 0] == pytest.approx(0.75, abs=0.01)


def test_reordered_options_change_nothing():
    item = ITEMS[0] | {"options": ITEMS[0]["options"][::-1]}
    assert scores(written(item)) == {(0, 0): 1.0}


def test_the_answer_far_away_is_no_answer():
    near, far = (f"{ITEMS[3]['question']} {gap} 1889" for gap in ("It was in", NOISE))
    found = scores(near, far, min_score=0.1)
    assert found[0, 3] == 1
    assert found[1, 3] < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "Gregor Mendel crossed pea plants: a tall plant with a short one gave tall offspring. The "
        "laws of Mendel say what share of the offspring would be short if a plant is heterozygous "
        "for height. According to the laws of Mendel, alleles are recessive or dominant.",
        "The river flows into the Indian Ocean. The Limpopo is a river in South Africa.",
        "毕昇是北宋时期的发明家，活字印刷术使书籍的制作更快。活字用胶泥制作。",
        "The Eiffel Tower was constructed in 1889 in Paris, the capital of France.",
    ],
)
def test_text_on_the_same_topic_is_not_reported(text):
    assert scores(text) == {}
    assert scores(text, min_score=0.0) == {}


def test_chinese_with_one_character_changed_and_in_traditional_writing():
    text = written(ITEMS[2])
    assert scores(text.replace("谁", "誰").replace("毕", "畢")) == {(0, 2): 1.0}
    assert 0.5 < scores(text.replace("材", "原"))[0, 2] < 0.9


def test_items_too_short_to_be_found_are_named_and_short_ones_are_searched_for_whole():
    index = BenchmarkIndex.of(ITEMS, KEY)
    assert index.unseen.tolist() == [4]
    assert scores("Q: Capital of France? Paris, of course!") == {(0, 5): 1.0}


def test_the_best_of_several_places_is_given():
    cut = ITEMS[0]["question"][:-60]
    text = f"{cut} {NOISE} {written(ITEMS[0])} {NOISE} {cut}"
    found = touches(BenchmarkIndex.of(ITEMS, KEY), cells_of(text), 1, KEY).to_pylist()
    assert [row["score"] for row in found] == [1.0]
    assert found[0]["start"] > len(NOISE)


def test_a_frame_that_many_items_have_begins_no_search_but_counts_when_it_is_there():
    frame = "Which of the following statements is the one that is true"
    n = 3 * HOT
    items = [
        {"question": f"{frame} of a{i} b{i} c{i} d{i} e{i} f{i} g{i} h{i}?"} for i in range(n)
    ] + [{"question": frame, "answer": "it is p q r s t u v w"}, {"question": frame}]
    index = BenchmarkIndex.of(items, KEY)
    assert index.unseen.tolist() == [n + 1]
    found = scores(f"{frame}?", items[7]["question"], written(items[n]), items=items)
    assert found == {(1, 7): 1.0, (2, n): 1.0}


def test_a_table_and_a_list_of_dictionaries_give_the_same():
    table = pa.Table.from_pylist(ITEMS)
    for text in map(written, ITEMS):
        assert scores(text, items=table) == scores(text)
    only = BenchmarkIndex.of(ITEMS, KEY, columns=["question"])
    found = touches(only, cells_of(ITEMS[0]["question"]), 1, KEY).to_pylist()
    assert [row["score"] for row in found] == [1.0]


def test_random_items_in_random_text_are_found_in_every_unit_alike():
    rng = random.Random(3)
    words = [f"w{i}" for i in range(3000)]

    def text(n):
        return " ".join(rng.choice(words) for _ in range(n))

    items = [{"question": text(rng.randrange(5, 80)), "answer": text(3)} for _ in range(200)]
    records, expected = [], {}
    for i in range(100):
        record = text(rng.randrange(200))
        if i % 3 == 0:
            number = rng.randrange(200)
            record = f"{record} {items[number]['question']} {items[number]['answer']} {text(50)}"
            expected[i, number] = 1.0
        records.append(record)
    assert scores(*records, items=items) == expected
    index = BenchmarkIndex.of(items, KEY)
    for i in (0, 1, 3):
        found = touches(index, cells_of(records[i]), 1, KEY)
        assert found["item"].to_pylist() == [item for record, item in expected if record == i]


@pytest.mark.parametrize("items", [[], [{}], [{"question": None}], [{"question": "", "n": 3}]])
def test_a_benchmark_of_nothing_touches_nothing(items):
    assert scores("some text of more than five tokens", "", items=items) == {}
    assert BenchmarkIndex.of(items, KEY).unseen.tolist() == list(range(len(items)))


def test_another_key_finds_nothing():
    index = BenchmarkIndex.of(ITEMS, KEY)
    assert touches(index, cells_of(written(ITEMS[0])), 1, b"x" * 32).num_rows == 0
    assert np.all(index.component_weights.sum(axis=1) <= 1 + 1e-9)
