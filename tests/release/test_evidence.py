"""What is read of texts when findings are written down."""

from types import SimpleNamespace

from datagov.release.evidence import _text_getter


def test_a_text_with_many_findings_is_read_once():
    read = []

    class Texts:
        def __getitem__(self, index):
            return SimpleNamespace(as_py=lambda: read.append(index) or f"text {index}")

    text_at = _text_getter(Texts())
    assert [text_at(index) for index in (0, 0, 0, 1, 1)] == ["text 0"] * 3 + ["text 1"] * 2
    assert read == [0, 1]
