"""What Presidio's own recognisers find, with their spans and scores, and nothing else."""

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracle import Finding, entities, findings, recognisers

from datagov.detect.pii import PiiDetector

PRESIDIO = PiiDetector(
    min_score=0.0,
    entities=entities(),
    context_only=(),
    without=(),
    phone_regions=("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR"),
    additions=False,
    plausible_only=False,
)

VALUES = (
    *("4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"),
    *("078-05-1120", "457 55 5462", "457.55.5462", "536223459", "12345-6789", "912-78-1234"),
    *("ann@example.org", "a.b+c@mail.example.co.uk", "x@y", ".a@b.com", "é.b@exámple.com"),
    *("a@b@c.com", "b--@a--b.com", "192.168.0.1", "10.0.0.256", "1.2.3.4/24", "fe80::1%eth0/64"),
    *("2001:db8::8a2e:370:7334", "::", "::1", "::ffff:1.2.3.4", "std::vector", "a:b:c::d"),
    *("DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"),
    *("DE89 3704 0044 0532 0130 00 2 days", "943 476 5919", "0306406152", "401 023 2137"),
    *("ABCPD1234Z", "AAAAA1111A", "abc@1234$$", "S1234567D", "H12345678", "1EG4-TE5-MK73"),
    *("AB 12 34 56 C", "MORGA657054SM9IJ", "CLM-12345678", "claim no: 123456", "RX 123456"),
    *("00:1A:2B:3C:4D:5E", "550e8400-e29b-41d4-a716-446655440000", "2024-02-30", "12/31/1999"),
    *("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "http://www.example.com/a?b=c", "'https://x.org'"),
    *("+1 (212) 555-0123", "212-555-0123", "+49 30 1234567", "020 7946 0958", "0800 8 0313131"),
    *("(212) 555-0123 (754) 223-3321", "12345678901", "000000000", "123456789", "2003004005"),
    *("8001015009087", "D1234567", "12 345 678 901", "12-3456789", "public v2", "K1234567"),
    *("number-4111111111111111_", "4412000000"),
)
WORDS = (
    *(
        "ssn",
        "SSN:",
        "credit card",
        "my",
        "the",
        "number",
        "is",
        "passport",
        "phone",
        "IP",
        "e-mail",
    ),
    *("bank account", "company", "expansion", "taxpayer", "licence", "nhs", "medicare", "iban,"),
    *("driver's license", "(united states)", "can't", "couldnt", "w/o", "university", "claim"),
    *(
        "naïve",
        "Straße",
        "Привет",
        "汉字",
        "卡号",
        "ſsn",
        "Kelvin",
        "İd",
        "١٢٣٤٥٦٧٨٩",
        "１２３４",
        "e\u0301",
    ),
)
GAPS = (
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\n\n  ",
    ", ",
    ": ",
    "",
    "-",
    "/",
    ".",
    "(",
    ")",
    "\t",
    "\0",
)


TOKENIZER = spacy.blank("en")


def no_parts_at_colons(text: str) -> bool:
    """False where what a colon parts is a keyword for Presidio elsewhere in the text.

    It takes keywords apart at colons, so that of `/::1` the slash is one, wherever it stands.
    """
    tokens = list(TOKENIZER(text))
    parts = {part.lower() for t in tokens if ":" in t.text for part in t.text.split(":")}
    return not any(t.text.lower() in parts and (t.is_stop or t.is_punct) for t in tokens)


TEXTS = (
    st.lists(
        st.tuples(
            st.sampled_from(VALUES) | st.sampled_from(WORDS) | st.text("0123456789 -", max_size=14),
            st.sampled_from(GAPS) | st.sampled_from(("\u00a0", "、", "😀", "_", "#", "\u2028")),
        ),
        max_size=12,
    )
    .map(lambda pieces: "".join(word + gap for word, gap in pieces))
    .filter(no_parts_at_colons)
)


def found(detector: PiiDetector, text: str) -> list[Finding]:
    table = detector.detect([text])
    columns = (table[name].to_pylist() for name in ("category", "start", "end", "score"))
    return sorted((c, s, e, round(x, 4)) for c, s, e, x in zip(*columns, strict=True))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("0 123456789 000 ")
@example("١٢٣DE89370400440532013000")
@example("３DE89370400440532013000")
@example("1 4(2 5-3(4)3-3(212 555-0123(4)3-1 2-3(2)5-0(754 223-3321")
def test_findings_are_presidios(text: str) -> None:
    assert found(PRESIDIO, text) == findings(text, 0.0)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from((0.05, 0.4, 0.5, 0.9)))
def test_findings_are_presidios_at_any_threshold(text: str, min_score: float) -> None:
    detector = PiiDetector(
        min_score=min_score,
        entities=PRESIDIO.entities,
        context_only=(),
        without=(),
        phone_regions=PRESIDIO.phone_regions,
        additions=False,
        plausible_only=False,
    )
    assert found(detector, text) == findings(text, min_score)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_each_text_is_judged_by_itself(texts: list[str]) -> None:
    together = PRESIDIO.detect(texts)
    for cell, text in enumerate(texts):
        alone = PRESIDIO.detect([text]).drop("cell")
        assert together.filter(together["cell"].to_numpy() == cell).drop("cell").equals(alone)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("frame", ["{}", "x {} y", "My SSN, passport and bank card number is {}."])
def test_known_values_are_found_as_presidio_does(value: str, frame: str) -> None:
    text = frame.format(value)
    assert found(PRESIDIO, text) == findings(text, 0.0)


def test_all_english_pattern_recognisers_of_presidio_are_used() -> None:
    names = {type(each).__name__ for each in recognisers()}
    from datagov.detect.pii.presidio import presidio_recognisers

    assert {each.name for each in presidio_recognisers("en")} | {"PhoneRecognizer"} == names
