"""What the kernel refutes, Presidio's own check refutes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.check_digits import _CHECKS, check_of, may_pass
from datagov.detect.pii.presidio import presidio_languages, presidio_recognisers

CHECKED = {
    each.name: each
    for language in presidio_languages()
    for each in presidio_recognisers(language)
    if check_of(each) is not None
}
NUMBERS = {
    "AbaRoutingRecognizer": (r"[0123678][0-9]{3}(-[0-9]{4}-|[0-9]{4})[0-9]", "021000021"),
    "AuAbnRecognizer": (r"[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{11}", "51824753556"),
    "AuAcnRecognizer": (r"[0-9]{3} [0-9]{3}\n[0-9]{3}|[0-9]{9}", "004085616"),
    "DeLanrRecognizer": (r"[0-9]{9}", "123456601"),
    "ItVatCodeRecognizer": (r"([0-9][ _]?){11}", "00743110157"),
    "KrBrnRecognizer": (r"[0-9]{3}-[0-9]{2}-[0-9]{5}|[0-9]{10}", "1248100998"),
    "MedicalLicenseRecognizer": (r"[AB][A-Z9][0-9]{7}", "BB1388568"),
    "PlPeselRecognizer": (r"[0-9]{2}(0[1-9]|1[012])[0-2][1-9][0-9]{5}", "44051401359"),
    "SeOrganisationsnummerRecognizer": (r"[0-9]{6}-?[0-9]{4}", "212000-0142"),
    "SePersonnummerRecognizer": (r"[0-9]{6,8}[-+]?[0-9]{4}", "19811218-9876"),
    "UsNpiRecognizer": (r"[12][0-9]{3}[ -][0-9]{3}[ -][0-9]{3}|[12][0-9]{9}", "1234567893"),
}
CHECK_DIGITS = {"DeLanrRecognizer": 6}
"""Their places where they are not the last."""


def passes(name: str, value: str) -> bool:
    data = np.frombuffer(f"\n1{value}".encode(), np.uint8)
    return bool(may_pass(data, np.array([len(data)]), check_of(CHECKED[name]))[0])


def test_each_is_a_recogniser_of_presidio():
    assert set(CHECKED) == set(_CHECKS) == set(NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
@given(st.data())
def test_what_is_refuted_presidio_refutes(name, data):
    value = data.draw(st.from_regex(NUMBERS[name][0], fullmatch=True))
    recogniser = CHECKED[name]
    if not passes(name, value):
        assert not any(recogniser.score(pattern, value) for pattern in recogniser.patterns)


@pytest.mark.parametrize("name", NUMBERS)
def test_one_digit_of_a_right_number_is_right(name):
    value = NUMBERS[name][1]
    recogniser = CHECKED[name]
    assert recogniser.score(recogniser.patterns[0], value) == 1
    at = CHECK_DIGITS.get(name, len(value) - 1)
    others = (f"{value[:at]}{digit}{value[at + 1 :]}" for digit in range(10))
    assert [other for other in others if passes(name, other)] == [value]


@pytest.mark.parametrize("name", ["DeBsnrRecognizer", "UkDrivingLicenceRecognizer"])
@given(st.data())
def test_a_check_that_only_refutes_confirms_nothing(name, data):
    recogniser = next(
        each
        for language in presidio_languages()
        for each in presidio_recognisers(language)
        if each.name == name
    )
    value = data.draw(st.from_regex(recogniser.patterns[0].regex, fullmatch=True))
    assert recogniser.only_refutes
    assert not recogniser.verdict(value)
