"""Quality: useless text is found in any script, useful text is not."""

import pytest

from datagov.detect.quality import QualityDetector

CLEAN = [
    "A plain sentence.",
    "这是一个普通的句子。",
    "यह एक साधारण वाक्य है।",
    "هذه جملة عادية.",
    "นี่คือประโยคธรรมดา",
    "🙂 I like it 🎉",
    "def f(x):\n    return {k: v for k, v in x.items()}",
    "français, déjà vu, âme, Ünïcödé",
    "\n".join(f"line {i}" for i in range(30)),
]
USELESS = [
    ("", "empty"),
    (" \t\n\u3000", "empty"),
    ("!!! ??? ...", "empty"),
    ("*** === --- ### +++ ~~~ ^^^ %%% @@@ a", "symbols"),
    ("caf\u00c3\u00a9 d\u00c3\u00a9j\u00c3\u00a0", "garbled"),
    ("\ufffd\ufffd\ufffd text \ufffd\ufffd", "garbled"),
    ("a\x00b\x01c\x02", "garbled"),
    ("buy now\n" * 20, "repeated_lines"),
]


def found(texts):
    spans = QualityDetector().detect(texts)
    return list(zip(spans["cell"].to_pylist(), spans["category"].to_pylist(), strict=True))


def test_useful_text_of_any_script_is_clean():
    assert found(CLEAN) == []


@pytest.mark.parametrize(("text", "category"), USELESS)
def test_useless_text_is_found(text, category):
    assert found([text]) == [(0, category)]


def test_texts_are_judged_each_on_its_own():
    texts = [text for text, _ in USELESS] + CLEAN
    assert found(texts) == [(i, category) for i, (_, category) in enumerate(USELESS)]


def test_the_span_is_the_whole_text_in_code_points():
    (row,) = QualityDetector().detect(["a\U0001f642\ufffd\ufffd\ufffd"]).to_pylist()
    assert (row["start"], row["end"]) == (0, 5)
