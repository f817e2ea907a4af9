from datagov.release.marked import CHANGED_TOKENS, CONTEXT_TOKENS, SHOWN_CHANGES, marked
from datagov.release.masked_tokens import masked_tokens

WORDS = [f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600)]


def compared(first, second, is_part=False):
    key = b"k" * 32
    return marked(masked_tokens(first, key), masked_tokens(second, key), is_part=is_part)


def test_what_was_replaced_is_counted_by_sort():
    found = compared("on 3 May Anna left for 5 Rome", "on 4 May Emma left for 5 Rome, x")
    assert found["replaced"] == {"number": 1, "capitalised": 1}
    assert found["only_stays"] == {"sign": 1, "word": 1}
    assert found["only_duplicate"] == {}
    assert (found["changes"], found["is_whole"]) == (3, True)
    assert found["words"] == {"duplicate": 8, "stays": 9}


def test_marked_runs_put_together_are_the_masked_texts():
    found = compared("k l C m", "k l D m")
    assert [(run["in"], run["text"]) for run in found["runs"]] == [
        ("both", "x x "),
        ("duplicate", "X "),
        ("stays", "X "),
        ("both", "x"),
    ]


def test_what_is_around_a_part_is_no_change():
    part = " ".join(WORDS[100:200])
    found = compared(part, " ".join(WORDS), is_part=True)
    assert found["changes"] == 0
    assert found["stands_from"] == len(" ".join(WORDS[:100])) + 1
    assert compared(part, " ".join(WORDS))["changes"] == 2


def test_long_runs_are_cut_and_what_was_left_out_is_counted():
    changed = [*WORDS[:100], *["new"] * 90, *WORDS[100:]]
    runs = compared(" ".join(WORDS), " ".join(changed))["runs"]
    assert [(run["in"], len(run["text"].split()), run["left_out"]) for run in runs] == [
        ("both", 0, 100 - CONTEXT_TOKENS),
        ("both", CONTEXT_TOKENS, 0),
        ("stays", CHANGED_TOKENS, 90 - CHANGED_TOKENS),
        ("both", CONTEXT_TOKENS, 500 - CONTEXT_TOKENS),
    ]


def test_the_first_changes_are_shown_and_all_are_counted():
    changed = [word if i % 20 else "9" for i, word in enumerate(WORDS)]
    found = compared(" ".join(WORDS), " ".join(changed))
    assert (found["changes"], found["shown_changes"]) == (30, SHOWN_CHANGES)
    assert sum(run["in"] == "stays" for run in found["runs"]) == SHOWN_CHANGES


def test_texts_with_nothing_in_common_or_nothing_in_them():
    assert compared("a b", "c d")["stands_from"] is None
    assert compared("", "")["runs"] == []
    assert compared("", "a")["only_stays"] == {"word": 1}


def test_the_ends_of_texts_that_are_too_long_to_compare_are_no_changes():
    long = " ".join(f"w{i}" for i in range(20_000))
    found = compared(long, long + " end")
    assert (found["changes"], found["is_whole"]) == (0, False)
    assert found["runs"][0]["left_out"]


def test_a_sentence_that_was_moved_is_in_neither_text_alone():
    one, other = " ".join(WORDS[:9]), " ".join(WORDS[20:60])
    found = compared(f"{one} {other} 7", f"{other} {one} 8")
    assert found["moved"] == {"word": 9}
    assert found["replaced"] == {"number": 1}
    assert found["only_duplicate"] == found["only_stays"] == {}
