import itertools
import re

import pytest
import yaml
from markdown_it import MarkdownIt

COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable("table")


def read(release) -> str:
    return (release / "README.md").read_text("utf-8")


def body(release) -> str:
    return read(release).split("\n---\n", 1)[1]


def section(release, title: str) -> str:
    (found,) = re.findall(rf"^## {title}$(.*?)(?=^## |\Z)", body(release), re.M | re.S)
    return found


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_card_has_every_section_once_and_in_order(release):
    assert re.findall(r"^## (.*)$", body(release), re.M) == [
        "What this is",
        "Snapshot",
        "Purpose and uses",
        "How it was made",
        "Sources",
        "Personal information",
        "Restricted domains",
        "Secrets",
        "Duplicates",
        "Evaluation sets",
        "Rejects",
        "Quality",
        "Annotation",
        "What is not scanned",
        "Gates",
        "Conformance",
        "How to verify",
    ]


def test_every_table_has_as_many_cells_in_each_row_as_in_its_head(release):
    html = COMMONMARK.render(body(release))
    for table in re.findall(r"<table>.*?</table>", html, re.S):
        head = table.split("</tr>")[0].count("</th>")
        assert all(row.count("</td>") == head for row in table.split("</tr>")[1:-1])
    for table in re.findall(r"(?:^\|.*\n)+", body(release), re.M):
        assert len({len(row) for row in rows(table)}) == 1, table


def test_steps_add_up_and_follow_each_other(release):
    steps = list(rows(section(release, "How it was made"))[2:6])
    numbers = [[int(cell.replace(",", "")) for cell in (r[1], r[2], r[4])] for r in steps[:3]]
    assert numbers[0][0] == 12_345
    for enters, taken, goes_on in numbers:
        assert enters == taken + goes_on
    for before, after in itertools.pairwise(numbers):
        assert before[2] == after[0]
    assert steps[3][1] == "12,339"
    assert steps[3][4] == "12,339: 12,337 as they were, 2 with redactions"


def test_fields_say_whether_they_are_measured_declared_or_not_provided(release):
    snapshot = {row[0]: row[1:] for row in rows(section(release, "Snapshot"))[2:]}
    assert snapshot["records in `data/`"] == ["12,339", "measured"]
    assert snapshot["owner of the release, contact"] == ["*not provided*", ""]
    sources = {row[0]: row for row in rows(section(release, "Sources"))[2:]}
    assert sources["wiki"][-1] == "declared by A. Steward, 2026-11-20"
    assert sources["undeclared"][1:3] == ["*not provided*", "*not provided*"]


def test_contradictions_are_told(release):
    assert "**declared: contains no personal information; found: 4 findings of it**" in body(
        release
    )


def test_personal_information_is_detected_removed_or_left(release):
    text = section(release, "Personal information")
    assert rows(text)[2] == ["`EMAIL_ADDRESS`", "4", "3", "3", "1"]
    assert "*Detected* is not the same as *present*" in text
    assert re.search(r"scanned again:\s+0 \(measured\)", text)


def test_restricted_domains_are_counts_only(release):
    assert rows(section(release, "Restricted domains"))[2] == ["`chemical`", "2", "1", "0", "2"]
    assert "[chemical]" not in body(release)


def test_the_card_quotes_no_excerpt_of_the_corpus(release):
    assert "write to" not in body(release)


def test_without_a_registry_the_card_says_what_that_costs(make_release):
    release = make_release(
        metrics={"by_source/wiki": ..., "sources_declared": 0}, sources={"sources": []}
    )
    text = section(release, "Sources")
    assert "No source registry was given" in text
    assert "can pass" in text
    assert rows(section(release, "Snapshot"))[-3] == ["collected", "*not provided*", ""]


def test_with_a_registry_the_card_does_not_speak_of_its_absence(release):
    assert "No source registry" not in body(release)


def test_columns_that_nobody_looked_at_are_named(release):
    text = section(release, "What is not scanned")
    assert "nobody looked at them:** `id`, `url`" in text


def test_alpha_comes_with_its_interval(release):
    text = section(release, "Annotation")
    assert "0.712, 95 % interval 0.600 to 0.800" in text


def test_without_annotations_they_are_not_provided(make_release):
    text = section(make_release(metrics={"annotations": None}), "Annotation")
    assert "*not provided*" in text


def test_a_failed_gate_says_how_to_mend_it(release):
    outcomes = {row[0]: row[1] for row in rows(section(release, "Gates"))[2:]}
    assert outcomes == {
        r"The gate a\_passed": "passed",
        r"The gate b\_failed": "**failed**. Mend the policy.",
        r"The gate c\_skipped": "not applicable: no labels",
    }


def test_failed_and_open_controls_are_listed_and_no_law_is_said_to_be_met(release):
    text = section(release, "Conformance")
    counts = {row[0]: row[1] for row in rows(text)[2:]}
    assert counts["fail"] == "1"
    assert counts["needs attestation"] == "1"
    assert re.search(r"^- `4\.1\.2a-02` .*contradicts the declaration$", text, re.M)
    assert re.search(r"^- `4\.1\.2a-12` .*\(security owner\)$", text, re.M)
    assert "it never says that a law is met" in text


def test_how_to_verify_names_the_command_and_distrusts_the_release(release):
    text = section(release, "How to verify")
    assert "datagov verify RELEASE --key signing.pub.pem" in text
    assert "by another way than this release" in text


EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "| a | b |",
    "`` ` ``",
    "\n---\n# h\n\n- x\n",
    "\r\n| a |\r\n|---|",
    "[x](javascript:alert(1)) ![y](http://evil.example/p.png)",
    "\u202eevil\u2066",
    "</td></tr></table><style>*{display:none}</style>",
    "{{ 7 * 7 }} {% raw %}",
    "**b** _i_ ~~s~~ $x$ \\",
    "\x00\x1b[31m\x7f",
    "שלום ١٢٣",
    "--- #",
]


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_values_change_nothing_of_the_cards_structure(foreign_release, evil):
    benign = COMMONMARK.parse(body(foreign_release(" plain (x)", "benign")))
    hostile_release = foreign_release(evil, "hostile")
    hostile = COMMONMARK.parse(body(hostile_release))
    assert [t.type for t in hostile] == [t.type for t in benign]
    inline = {c.type for t in hostile for c in t.children or ()}
    assert inline <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
    } | {"softbreak"}
    front = yaml.safe_load(read(hostile_release).split("\n---\n", 1)[0].removeprefix("---\n"))
    assert set(front) == {
        "pretty_name",
        "language",
        "license",
        "license_name",
        "size_categories",
        "source_datasets",
        "annotations_creators",
        "tags",
        "configs",
    }


def test_the_card_shows_hostile_values_as_they_are(foreign_release):
    html = COMMONMARK.render(body(foreign_release("<b>|`x`", "hostile")))
    assert "wiki&lt;b&gt;|`x`" in html
