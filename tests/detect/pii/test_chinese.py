"""Chinese identifiers in running text, with check rules of python-stdnum as the oracle."""

import datetime as dt
import random

import pytest
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.chinese.checks import is_resident_id, passes_luhn

CHINESE = PiiDetector(entities=("CN_BANK_CARD", "CN_MOBILE", "CN_RESIDENT_ID"))
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def found(text: str, detector: PiiDetector = CHINESE) -> list[tuple[str, str]]:
    table = detector.detect([text])
    columns = (table[name].to_pylist() for name in ("category", "start", "end"))
    return [(c, text[s:e]) for c, s, e in zip(*columns, strict=True)]


def bank_card(fake: Faker) -> str:
    number = fake.numerify(fake.random_element(["622202%%%%%%%%%", "622848%%%%%%%%%%%%"]))
    return number + luhn.calc_check_digit(number)


@pytest.mark.parametrize("form", ["plain", "full width", "lower case"])
def test_identifiers_in_text_without_blanks_are_found(form: str) -> None:
    fake = Faker("zh_CN")
    fake.seed_instance(7)
    values = [
        *(("CN_RESIDENT_ID", fake.ssn()) for _ in range(200)),
        *(("CN_MOBILE", fake.phone_number()) for _ in range(200)),
        *(("CN_BANK_CARD", bank_card(fake)) for _ in range(200)),
    ]
    written = {
        "plain": lambda value: value,
        "full width": lambda value: value.translate(FULL_WIDTH),
        "lower case": str.lower,
    }[form]
    texts = [f"{fake.sentence()[:-1]}{written(value)}{fake.sentence()}" for _, value in values]
    table = CHINESE.detect(texts)
    columns = (table[name].to_pylist() for name in ("cell", "category", "start", "end"))
    spans = {(i, c, texts[i][s:e]) for i, c, s, e in zip(*columns, strict=True)}
    missed = [
        value for i, (kind, value) in enumerate(values) if (i, kind, written(value)) not in spans
    ]
    assert missed == []


@given(
    st.sampled_from(("110101", "440305", "650102", "820000")),
    st.dates(dt.date(1900, 1, 1), dt.date(2049, 12, 31)),
    st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)
def test_check_digits_of_resident_ids_are_stdnums(
    region: str, born: dt.date, order: int, check: str
) -> None:
    body = f"{region}{born:%Y%m%d}{order:03}"
    # stdnum leaves out the last character, whatever it is.
    assert is_resident_id(body + check) == (ric.calc_check_digit(body + "0") == check.upper())


@pytest.mark.parametrize("body", ["99010119900101001", "11010119901301001", "11010119900230001"])
def test_resident_ids_have_a_region_and_a_date(body: str) -> None:
    assert not is_resident_id(body + ric.calc_check_digit(body + "0"))


@given(st.text("0123456789", min_size=2, max_size=19))
def test_luhn_is_stdnums_but_for_one_repeated_digit(number: str) -> None:
    assert passes_luhn(number) == (luhn.is_valid(number) and len(set(number)) > 1)


def test_one_random_number_in_ten_thousand_is_taken_for_a_resident_id_at_most() -> None:
    rng = random.Random(1)
    numbers = ["".join(rng.choices("0123456789", k=18)) for _ in range(30_000)]
    assert PiiDetector(entities=("CN_RESIDENT_ID",)).detect(numbers).num_rows <= 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("手机+86 138-1234-5678。", [("CN_MOBILE", "+86 138-1234-5678")]),
        ("手机：0086 13812345678", [("CN_MOBILE", "0086 13812345678")]),
        ("call mobile 13812345678", [("CN_MOBILE", "13812345678")]),
        ("138 1234 5678", [("CN_MOBILE", "138 1234 5678")]),
        ("x\n１３８１２３４５６７８\n", [("CN_MOBILE", "１３８１２３４５６７８")]),
        ("身份证号110101900307123", [("CN_RESIDENT_ID", "110101900307123")]),
        ("卡号：4111 1111 1111 1111", [("CN_BANK_CARD", "4111 1111 1111 1111")]),
        ("62220212 34567890123", []),
    ],
)
def test_separators_prefixes_and_context(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x = 18668750000*p**3",
        "https://farm6.staticflickr.com/5331/17438628461_1f6675bd77_z.jpg",
        "0.13812345678",
        "110101900307123",
        "编号12810123456789，",
        "身份证号110101199013071234",
        "9111111111111111",
    ],
)
def test_numbers_that_are_none_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "张伟,13812345678,男", "张伟\t13812345678\t男", "张伟(13812345678)", "张伟:13812345678",
        "张伟 13812345678 北京", '"13812345678"，张伟', '"张伟","13812345678"',
        "a,13812345678 | 男",
    ],
)  # fmt: skip
def test_a_mobile_is_found_beside_chinese_across_the_marks_of_a_table(text: str) -> None:
    assert found(text) == [("CN_MOBILE", "13812345678")]


@pytest.mark.parametrize(
    "text",
    [
        "a,13812345678,b",
        "张伟 x=13812345678 y",
        "http://x.org/13812345678 是",
        "张伟....13812345678,",
    ],
)
def test_eleven_digits_away_from_chinese_are_no_mobile(text: str) -> None:
    assert found(text) == []
