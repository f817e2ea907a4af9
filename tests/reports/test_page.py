import itertools
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from datagov.reports.page import href, measured

VOID = {"meta", "br", "wbr", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page in order, its texts, and whether every tag is closed."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.elements if tag in tags]

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.elements if "id" in attrs]


def source(release) -> str:
    return (release / "report/index.html").read_text("utf-8")


@pytest.fixture
def page(release) -> Page:
    return Page(source(release))


def test_nothing_is_loaded_and_nothing_runs(release, page):
    tags = {tag for tag, _ in page.elements}
    assert not tags & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "image",
    }
    assert not [n for _, attrs in page.elements for n in attrs if n.startswith("on") or n == "src"]
    assert not re.search(r"url\(|@import|@font-face|expression\(", source(release))


def test_the_policy_forbids_everything_but_inline_style(page):
    (policy,) = [m["content"] for m in page.of("meta") if "http-equiv" in m]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
    names = [tag for tag, _ in page.elements]
    assert names.index("meta") < names.index("style")


def test_links_lead_into_the_page_or_to_files_of_the_release(release, page):
    for link in [attrs["href"] for attrs in page.of("a")]:
        parts = urlsplit(link)
        assert not parts.scheme
        assert not parts.netloc
        if link.startswith("#"):
            assert link[1:] in page.ids()
        else:
            assert re.fullmatch(r"\.\./(evidence/[\w./-]*|README\.md|conformance\.json)", link)


def test_evidence_that_the_page_links_to_is_there(release, page):
    links = {attrs["href"] for attrs in page.of("a") if not attrs["href"].startswith("#")}
    written = {link for link in links if not link.startswith("../evidence/expectations/")}
    missing = [link for link in written if not (release / "report" / link).exists()]
    assert missing == ["../conformance.json"]


def test_ids_are_unique(page):
    assert [name for name, n in Counter(page.ids()).items() if n > 1] == []


def test_headings_do_not_skip_a_level(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_landmarks_sections_and_tables_have_names(page):
    for landmark in ("header", "main", "nav", "footer"):
        assert len(page.of(landmark)) == 1
    assert page.of("html")[0]["lang"] == "en"
    assert {attrs["aria-labelledby"] for attrs in page.of("section")} <= set(page.ids())
    regions = [attrs for attrs in page.of("div") if attrs.get("role") == "region"]
    assert len(regions) == len(page.of("table"))
    assert all(attrs["aria-label"] and attrs["tabindex"] == "0" for attrs in regions)
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in page.of("svg"))


def test_every_table_header_says_what_it_is_the_header_of(page):
    assert {attrs.get("scope") for attrs in page.of("th")} == {"col", "row"}


def test_the_verdict_stands_on_top(page):
    text = " ".join(page.texts)
    assert "✕ 1 of 2 failed" in text
    assert "1 non-conforming, 2 open" in text
    assert "✕ 1 contradicted by the scan" in text
    assert text.index("1 of 2 failed") < text.index("Where every record went")


def test_numbers_have_separators_and_units(page):
    text = " ".join(page.texts)
    assert "12,345" in text
    assert "2.35 MB" in text


def test_samples_are_excerpts_of_different_values(page):
    excerpts = [text for text in page.texts if "[EMAIL_ADDRESS]" in text]
    assert excerpts == ["某某[EMAIL_ADDRESS]", "write to [EMAIL_ADDRESS] xx", "[EMAIL_ADDRESS]"]
    assert not any("f1" in text.split() for text in page.texts)


def test_every_control_of_the_report_is_on_the_page(page):
    for control in ("4.1.2a-01", "4.1.2a-02", "4.1.2a-12", "4.1.2b-01"):
        assert f"control-{control}" in page.ids()
    text = " ".join(page.texts)
    assert "by name: a unknown, b 1" in text or "a unknown, b 1" in text
    assert "floor: 0.5 (operator setting, setting)" in text


def test_a_failed_gate_says_what_was_expected_seen_and_how_to_mend_it(page):
    text = re.sub(r"\s+", " ", " ".join(page.texts))
    assert "✕ Expected: left.pii is 0. Observed: left.pii = 3" in text
    assert "How to mend it: Mend the policy." in text


def test_long_tables_are_cut_and_say_where_the_rest_is(make_release):
    rows = {f"s{i:04}": {"read": 1} | dict.fromkeys(("kept", "redacted"), 0) for i in range(150)}
    empty = dict.fromkeys(("dropped", "quarantined", "rejected"), 0)
    by_source = {name: counts | empty | {"kept": 1} for name, counts in rows.items()}
    page = Page(source(make_release(metrics={"by_source": by_source, "records/rejected": 900})))
    text = re.sub(r"\s+", " ", " ".join(page.texts))
    assert "50 more in evidence/metrics.json" in text
    assert "897 more in evidence/rejects.parquet" in text


def test_a_release_of_nothing_has_a_report_too(make_release):
    nothing = dict.fromkeys(("read", "kept", "redacted", "dropped", "quarantined", "rejected"), 0)
    release = make_release(
        metrics={
            "records": nothing,
            "by_source": {},
            "findings": {"pii": {}},
            "actions_by_reason": {},
            "languages": {},
            "rejects": {},
            "annotations": None,
            "sources_declared": 0,
        },
        sources={"sources": []},
        gates=(),
    )
    text = " ".join(Page(source(release)).texts)
    assert "No record was read" in text
    assert "None was run" in text


EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202egnirts\u2066\u2067",
    "\n\r\t\x00\x1b",
    "<!--",
    "&lt;b&gt;&#x3C;",
    "{{ 7 * 7 }}",
    "../../../etc/passwd#x",
    "שלום",
]


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_values_change_nothing_of_the_pages_structure(foreign_release, evil):
    def shape(suffix: str, name: str):
        page = Page(source(foreign_release(suffix, name)))
        return [(tag, sorted(attrs)) for tag, attrs in page.elements if tag != "wbr"]

    assert shape(evil, "hostile") == shape("!x", "benign")


def test_hidden_characters_of_the_corpus_do_not_reach_the_page(foreign_release):
    text = source(foreign_release("\u202e\u2066\u200b\x07\ufeff", "hostile"))
    assert not re.search(r"[\x00-\x08\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert "wiki⟨U+202E⟩⟨U+2066⟩" in text


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("evidence/metrics.json", "../evidence/metrics.json"),
        ("evidence/findings/", "../evidence/findings/"),
        ("data/", "../data/"),
        ("../secret", None),
        ("/etc/passwd", None),
        ("javascript:alert(1)", None),
        ("//evil.example/", None),
        ("a/../b", None),
        ("", None),
    ],
)
def test_only_plain_names_inside_the_release_become_links(name, link):
    assert href(name) == link


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (True, "yes"),
        (12345, "12,345"),
        (0.25, "0.25"),
        ([], "none"),
        ({"b": 1, "a": [1, 2]}, "a 1, 2, b 1"),
        (list(range(9)), "0, 1, 2, 3, 4, 5, 3 more"),
    ],
)
def test_measures_are_short_and_sorted(value, text):
    assert measured(value) == text


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", [0, 1])
def test_text_has_the_contrast_that_wcag_asks_for(release, theme):
    block = re.findall(r":root \{(.*?)\}", source(release), re.S)[theme]
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
    texts = ("ink", "soft", "link", "pass", "fail", "needs_attestation", "not_evaluated")
    for text in (*texts, "not_applicable"):
        for ground in ("paper", "panel"):
            a, b = sorted((_luminance(colours[text]), _luminance(colours[ground])))
            assert (b + 0.05) / (a + 0.05) >= 4.5, (text, ground)


def test_examples_say_what_differs_and_mark_it(release, page):
    text = " ".join(" ".join(page.texts).split())
    assert "2 numbers and 1 word replaced; 1 capitalised word only in the record that stays" in text
    assert "of 212 and 213 words." in text
    assert "41.0 % as long as the record that stays, and stands in it from character 591" in text
    assert "The first 1 of 9 changes." in text
    assert "<del>###</del> <ins>### Xxx</ins>" in source(release)
    assert "wiki &lt;x&gt;" in source(release)
    assert [p["dir"] for p in page.of("p") if p.get("class") == "excerpt"] == ["auto", "auto"]


def test_what_was_removed_is_summed_up(page):
    assert "7 2.00 kB" in " ".join(page.texts)


def test_without_examples_the_section_says_why(make_release):
    text = source(make_release(examples={"pairs": []}))
    assert "There are none: no record of this corpus is a near duplicate" in text


def test_the_drawing_keeps_its_labels_on_a_narrow_screen(release):
    text = source(release)
    style = text[text.index("<style>") : text.index("</style>")]
    assert "svg.flow text { display: none" not in style
    assert re.search(r'<text [^>]*>kept [0-9,]+<tspan class="share">', text)
