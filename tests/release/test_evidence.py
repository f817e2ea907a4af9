"""What is read of texts when findings are written down."""

from datagov.release.evidence import _text_getter


class Counting:
    """Texts that count how often each is read: that of a large record takes long."""

    def __init__(self, texts):
        self.texts = texts
        self.read = [0] * len(texts)

    def __getitem__(self, index):
        self.read[index] += 1
        return self

    def as_py(self):
        return self.texts[next(i for i, n in enumerate(self.read) if n)]


def test_a_text_with_many_findings_is_read_once():
    texts = Counting(["one", "other"])
    text_at = _text_getter(texts)
    for index in [0] * 50 + [1] * 50:
        text_at(index)
    assert texts.read == [1, 1]
