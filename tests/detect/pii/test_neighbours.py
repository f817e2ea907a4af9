"""What touches letters of scripts without blanks is found, and nothing is lost for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector

VALUES = {
    "EMAIL_ADDRESS": "bob@example.org",
    "CREDIT_CARD": "4111111111111111",
    "IP_ADDRESS": "81.192.10.20",
    "US_SSN": "457-55-5462",
    "IBAN_CODE": "DE89370400440532013000",
    "PHONE_NUMBER": "+49 30 1234567",
}


def found(text: str) -> set[tuple[str, str]]:
    table = PiiDetector().detect([text])
    columns = (table[name].to_pylist() for name in ("category", "start", "end"))
    return {(c, text[s:e]) for c, s, e in zip(*columns, strict=True)}


@pytest.mark.parametrize(
    "frame", ["请看{}谢谢", "番号は{}です", "번호는{}입니다", "ที่{}ครับ", "（{}）"]
)
@pytest.mark.parametrize(("entity", "value"), VALUES.items())
def test_values_beside_letters_of_scripts_without_blanks_are_found(
    entity: str, value: str, frame: str
) -> None:
    assert (entity, value) in found(frame.format(value))


@pytest.mark.parametrize("frame", ["é{}é", "Ж{}Ж", "a{}b", "α{}β", "1{}1"])
@pytest.mark.parametrize("entity", ["CREDIT_CARD", "US_SSN"])
def test_values_inside_words_of_other_scripts_are_not(entity: str, frame: str) -> None:
    value = VALUES[entity]
    assert not {e for e, v in found(frame.format(value)) if e == entity and v == value}


@pytest.mark.parametrize("value", ["４１１１１１１１１１１１１１１１", "4111－1111－1111－1111"])
def test_full_width_values_are_found(value: str) -> None:
    assert ("CREDIT_CARD", value) in found(f"卡{value}号")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*VALUES.values(), "ssn", "phone 1234567", "12345"]), max_size=5),
    st.sampled_from([" ", ", ", "\n", " é ", " 汉 "]),
)
def test_without_letters_beside_values_additions_are_chinese_or_phones_only(
    values: list[str], gap: str
) -> None:
    text = gap.join(values)
    more = PiiDetector().detect([text])
    less = PiiDetector(
        additions=False,
        entities=tuple(e for e in PiiDetector().entities or VALUES if not e.startswith("CN_")),
    ).detect([text])
    kinds = set(VALUES) - {"PHONE_NUMBER"}
    assert [r for r in more.to_pylist() if r["category"] in kinds] == [
        r for r in less.to_pylist() if r["category"] in kinds
    ]
