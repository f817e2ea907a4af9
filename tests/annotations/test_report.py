"""What is written: tables, numbers and the page for annotation leads."""

import json
from html.parser import HTMLParser

import polars as pl
import pytest

from datagov.annotations.assess import assess, run
from datagov.annotations.report import next_steps, page
from datagov.annotations.write import write_assessment
from datagov.errors import InputError, OutputError
from datagov.tables import ANNOTATORS, LABELS, SUSPECTS

NAMES = {"item": "item_id", "annotator": "annotator_id", "label": "label"}


class Tags(HTMLParser):
    """Collects tags, checks that they close in order."""

    VOID = frozenset(("meta", "br", "rect", "circle", "line"))

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_files_are_read_and_all_is_written(tmp_path, table, crowd):
    path, out = tmp_path / "a.csv", tmp_path / "deep" / "out"
    pl.DataFrame(table(crowd(30)[0])).write_csv(path)
    found = run([str(path)], out, **NAMES)
    for name, schema in (("labels", LABELS), ("annotators", ANNOTATORS), ("suspects", SUSPECTS)):
        assert pl.read_parquet(out / f"{name}.parquet").columns == schema.names
    assert json.loads((out / "metrics.json").read_text("utf-8")) == found.metrics
    assert sorted(p.name for p in out.parent.iterdir()) == ["out"]


def test_the_same_annotations_give_the_same_bytes(tmp_path, table, crowd):
    rows, _ = crowd(40)
    write_assessment(assess(table(rows)), tmp_path / "one")
    write_assessment(assess(table(rows[::-1])), tmp_path / "other")
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert len(names) == 5
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_nothing_is_written_over_and_nothing_by_halves(tmp_path, table, crowd):
    found = assess(table(crowd(5)[0]))
    (tmp_path / "there").mkdir()
    with pytest.raises(OutputError, match="exists already"):
        write_assessment(found, tmp_path / "there")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_assessment(found, tmp_path / "file" / "out")


def test_no_rows_at_all_is_an_error_of_input(tmp_path):
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(InputError, match="no rows"):
        run([str(tmp_path / "a.jsonl")], tmp_path / "out", **NAMES)
    assert not (tmp_path / "out").exists()


def test_the_page_needs_no_network_and_is_built_for_readers_of_all_kinds(table, crowd):
    text = page(assess(table(crowd()[0])))
    tags = Tags(text)
    assert "http" not in text.replace("http-equiv", "")
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags.seen}
    assert ("html", {"lang": "en"}) in tags.seen
    assert all("aria-label" in a for tag, a in tags.seen if tag in ("svg", "nav"))
    assert all("scope" in a for tag, a in tags.seen if tag == "th")
    assert text.count("<caption>") == text.count("<table")
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("n_classes", [1, 2, 40])
def test_the_page_is_whole_for_few_and_many_classes(table, n_classes):
    factors = (("x", 1), ("y", 3))
    rows = [(f"i{i}", who, f"c{i * k % n_classes}") for i in range(80) for who, k in factors]
    Tags(page(assess(table(rows))))


def test_a_page_without_overlap_says_what_is_missing(table):
    text = page(assess(table([("a", "x", "1"), ("b", "y", "2")])))
    Tags(text)
    assert "Agreement was not evaluated" in text
    assert "labelled by a second annotator" in text
    assert "nan" not in text


def test_labels_and_names_are_shown_and_not_run(table):
    bad = "<script>alert(1)</script>"
    text = page(assess(table([(bad, bad, bad), (bad, "y", "b"), ("c", "y", "b"), ("c", bad, "b")])))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_long_names_and_control_characters_do_not_break_the_page(table):
    text = page(assess(table([("i" * 9999, "a\n\u202eb", "x"), ("i" * 9999, "c", "y")])))
    assert "i" * 100 not in text
    assert "\u202e" not in text


def test_texts_of_items_are_not_shown(table, crowd):
    rows, _ = crowd(30)
    frame = pl.DataFrame(table(rows)).with_columns(text=pl.lit("my secret diary"))
    assert "secret diary" not in page(assess(frame.to_arrow()))


def test_next_steps_name_who_what_and_how_many(table, crowd):
    steps = " ".join(next_steps(assess(table(crowd()[0]))))
    assert "always, guess" in steps
    assert "400 labels carry a flag" in steps
    assert "suspects labelled again" in steps
    assert "“yes” is given for “no”" in steps
    rows = [(f"i{i}", who, str(i % 3)) for i in range(120) for who in ("x", "y")]
    assert next_steps(assess(table(rows)))[0].startswith("Nothing stands out")


def test_flags_stand_beside_the_annotator_where_a_narrow_screen_shows_them(table, crowd):
    text = page(assess(table(crowd()[0])))
    assert '<th scope="col">Annotator</th><th scope="col">Flags</th>' in text
