"""The detector as a whole: configuration, tables, offsets, odd and hostile texts."""

import pickle
import subprocess
import sys
import time

import pyarrow as pa
import pytest

from datagov.detect.detector import config_digest
from datagov.detect.pii import PiiDetector
from datagov.errors import ConfigError
from datagov.tables import SPANS

TEXT = "mail ann@example.org or call +1 212 555 0123"


def rows(texts: list[str], detector: PiiDetector | None = None) -> list[dict[str, object]]:
    return (detector or PiiDetector()).detect(texts).to_pylist()


def test_findings_form_a_table_of_spans_sorted_by_place() -> None:
    table = PiiDetector().detect([TEXT, "", TEXT])
    assert table.schema == SPANS
    keys = list(zip(table["cell"].to_pylist(), table["start"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert {cell for cell, _ in keys} == {0, 2}


def test_no_texts_give_an_empty_table() -> None:
    assert PiiDetector().detect([]).schema == PiiDetector().detect([""]).schema == SPANS


def test_the_rule_names_recogniser_and_pattern() -> None:
    assert "EmailRecognizer: Email (Medium)" in {row["rule"] for row in rows([TEXT])}


@pytest.mark.parametrize("before", ["", "é", "汉字", "😀😀", "e\u0301", "שלום ", "\0", "\u2028"])
def test_offsets_count_code_points(before: str) -> None:
    text = f"{before} ann@example.org"
    (row,) = rows([text])
    assert text[row["start"] : row["end"]] == "ann@example.org"  # type: ignore[misc]


def test_detectors_pickle_and_find_the_same() -> None:
    copy = pickle.loads(pickle.dumps(PiiDetector()))
    assert copy == PiiDetector()
    assert config_digest(copy) == config_digest(PiiDetector())
    assert copy.detect([TEXT]).equals(PiiDetector().detect([TEXT]))


def test_chunked_and_sliced_arrays_are_read() -> None:
    chunked = pa.chunked_array([["x"], [TEXT]])
    assert set(PiiDetector().detect(chunked)["cell"].to_pylist()) == {1}
    assert rows(chunked.slice(1)) == rows([TEXT])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entities": ("EMAIL_ADRESS",)}, "did you mean 'EMAIL_ADDRESS'"),
        ({"without": ("IpRecognizer: IPv",)}, "did you mean 'IpRecognizer: IPv"),
        ({"phone_regions": ("XX",)}, "'XX' is not known"),
        ({"languages": ("xx",)}, "no recogniser for 'xx'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(
    options: dict[str, tuple[str, ...]], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        PiiDetector(**options).detect(["x"])  # type: ignore[arg-type]


def test_rules_can_be_left_out() -> None:
    text = "ip ::"
    everything = PiiDetector(entities=("IP_ADDRESS",), without=())
    assert rows([text], everything)
    assert not rows([text], PiiDetector(entities=("IP_ADDRESS",)))


def test_numbers_with_a_check_digit_by_chance_need_their_word() -> None:
    assert not rows(["ISBN 0306406152"])
    assert [row["category"] for row in rows(["NHS 9434765919"])] == ["UK_NHS"]


def test_other_languages_are_a_matter_of_configuration() -> None:
    spanish = PiiDetector(languages=("en", "es"), entities=("ES_NIF",))
    assert [row["category"] for row in rows(["DNI 55555555K"], spanish)] == ["ES_NIF"]


@pytest.mark.parametrize(
    ("category", "one", "other"),
    [
        ("EMAIL_ADDRESS", "Ann@Example.ORG", "ann@example.org"),
        ("CN_MOBILE", "+86 138-1234-5678", "１３８１２３４５６７８"),
        ("PHONE_NUMBER", "+49 (30) 1234567", "+49-30-1234567"),
        ("CREDIT_CARD", "4111-1111 1111 1111", "4111111111111111"),
        ("CN_RESIDENT_ID", "11010119900307123x", "11010119900307123Ｘ"),
        ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
    ],
)
def test_spellings_of_one_value_have_one_normal_form(category: str, one: str, other: str) -> None:
    detector = PiiDetector()
    assert detector.normalise(category, one) == detector.normalise(category, other)


EVERYTHING = PiiDetector(entities=("all",), languages=("all",))
HOSTILE = (
    *("a", "1", "::", "a.", "a@", "@a.", "a-", "\0", "(", "1 ", "1.", "a:", "x1", "汉1", "１", "%"),
    *("a@a.com,", "1.2.3.4,", "+49 30 1234567 ", "4111111111111111,", "DE89 3704 0044 "),
    *(
        "ssn 123-45-6789 ",
        "account 123456789,",
        "电话13812345678，",
        "邮箱a@b.com，",
        "在1.2.3.4和",
        "\u2028",
        "😀9",
        "see a.com/b now ",
        "https://a.com/",
        "a.com'",
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("detector", [PiiDetector(), EVERYTHING], ids=["default", "all"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_hostile_texts(piece: str, detector: PiiDetector) -> None:
    detector.detect(["warm 123456789"])
    sizes = (40_000, 160_000)
    seconds = []
    for size in sizes:
        text = piece * (size // len(piece))
        takes = []
        for _ in range(3):
            start = time.process_time()
            detector.detect([text])
            takes.append(time.process_time() - start)
        seconds.append(min(takes))
    assert seconds[1] < 10 * seconds[0] + 0.2


def test_importing_the_detector_does_not_import_presidio() -> None:
    script = (
        "import sys, datagov.detect.pii\n"
        "sys.exit(any(m in sys.modules for m in ('presidio_analyzer', 'spacy', 'numba')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_matched_text_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    rows(["IBAN DE00370400440532013000 and DE8937040044053201300X, card 4111111111111112"])
    assert caplog.records == []
