"""Personal information: what Presidio finds, and what it misses beside Chinese characters."""

import pickle
import random

import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.chinese.checks import is_resident_id, passes_luhn

DETECTOR = PiiDetector()

VALUES = [
    "ann@example.org", "4111 1111 1111 1111", "5555-5555-5555-4444", "DE89370400440532013000",
    "GB29 NWBK 6016 1331 9268 19", "81.92.103.77", "2001:db8::8a2e:370:7334", "536-22-1234",
    "536 22 1234", "943-476-5919", "AB 12 34 56 C", "S1234567D", "046 454 286", "9434765919",
    "234123412346", "ABCPE1234F", "12-34", "x@y", "1.2.3", "::", "2024-01-31",
]  # fmt: skip


def spans(text):
    found = DETECTOR.detect([text]).to_pylist()
    return {(s["category"], s["start"], s["end"]) for s in found}


@pytest.mark.parametrize(
    ("text", "category", "value"),
    [
        ("邮箱zhang@example.com请查收", "EMAIL_ADDRESS", "zhang@example.com"),
        ("卡号4111111111111111。", "CREDIT_CARD", "4111111111111111"),
        ("地址81.92.103.77的服务器", "IP_ADDRESS", "81.92.103.77"),
        ("账户DE89370400440532013000已开", "IBAN_CODE", "DE89370400440532013000"),
        ("手机13812345678联系", "CN_MOBILE", "13812345678"),
        ("电话:+86 138 1234 5678。", "CN_MOBILE", "+86 138 1234 5678"),
        ("１３８１２３４５６７８", "CN_MOBILE", "１３８１２３４５６７８"),
        ("身份证11010519491231002X号", "CN_RESIDENT_ID", "11010519491231002X"),
        ("身份证11010519491231002x号", "CN_RESIDENT_ID", "11010519491231002x"),
        ("银行卡6222021234567890128", "CN_BANK_CARD", "6222021234567890128"),
        ("🙂🙂 ann@example.org", "EMAIL_ADDRESS", "ann@example.org"),
        ("שלום ann@example.org", "EMAIL_ADDRESS", "ann@example.org"),
        ("call (212) 555-0147 please", "PHONE_NUMBER", "(212) 555-0147"),
        ("+44 20 7946 0958", "PHONE_NUMBER", "+44 20 7946 0958"),
    ],
)
def test_values_are_found_with_code_point_offsets(text, category, value):
    start = text.index(value)
    assert (category, start, start + len(value)) in spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "In 1969 three men flew 384,400 km to the moon; 600 million people watched.",
        "Pi is 3.14159265358979 and e is 2.71828182845904.",
        "The build of 2024-01-31 12:30:45 has std::vector in it.",
        "公元1969年，人类首次登上月球，距离约为384400公里。",
        "11010519491231002",
        "110105194912310021",
        "a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7",
    ],
)
def test_clean_text_stays_clean(text):
    assert spans(text) == set()


@given(st.integers(0, 10**17 - 1))
def test_resident_ids_agree_with_stdnum_where_the_region_is_known(number):
    body = f"{number:017d}"
    for check in "0123456789X":
        value = body + check
        if is_resident_id(value):
            assert ric.calc_check_digit(value[:-1]) == check
            assert ric.get_birth_date(value)


@given(st.text("0123456789", min_size=12, max_size=19))
def test_luhn_agrees_with_stdnum(digits):
    if len(set(digits)) > 1:
        assert passes_luhn(digits) == luhn.is_valid(digits)


def test_generated_chinese_identifiers_are_found_in_running_text():
    fake = Faker("zh_CN")
    Faker.seed(7)
    generator = random.Random(7)
    missed = 0
    for _ in range(300):
        ssn, phone = fake.ssn(), fake.phone_number()
        label = generator.choice(["他的身份证是", "号码", ""])
        text = f"{fake.sentence()}{label}{ssn}，手机{phone}{fake.word()}"
        found = spans(text)
        missed += not any(c == "CN_RESIDENT_ID" for c, *_ in found)
        missed += not any(c == "CN_MOBILE" for c, *_ in found)
    assert missed <= 6


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40) | st.sampled_from(VALUES), max_size=8))
def test_texts_are_found_each_as_if_it_were_alone(texts):
    together = DETECTOR.detect(texts).to_pylist()
    alone = [
        {**span, "cell": cell}
        for cell, text in enumerate(texts)
        for span in DETECTOR.detect([text]).to_pylist()
    ]
    assert together == alone


@pytest.mark.parametrize(
    "text", ["1" * 200_000, "::" * 100_000, "a" * 200_000, "\x00" * 200_000, "@." * 100_000,
             "12 " * 70_000, "一1" * 60_000]
)  # fmt: skip
def test_long_texts_of_one_kind_are_no_trouble(text):
    DETECTOR.detect([text])


@pytest.mark.parametrize(
    ("category", "one", "other"),
    [
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("EMAIL_ADDRESS", "Ann@Example.org", "ann@example.org"),
        ("CN_MOBILE", "１３８１２３４５６７８", "+86 138 1234 5678"),
        ("CN_RESIDENT_ID", "11010519491231002x", "11010519491231002X"),
    ],
)
def test_two_spellings_of_a_value_are_one(category, one, other):
    assert DETECTOR.normalise(category, one) == DETECTOR.normalise(category, other)


def test_the_detector_travels_to_workers():
    assert pickle.loads(pickle.dumps(DETECTOR)) == DETECTOR
