"""Numbers whose check digit is wrong, refuted where they stand, before any is cut out of its text.

What is left is for Presidio's own check to say, which may ask for more.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.rules import Recogniser
from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LUHN, _KR_BRN, _DEA = range(3)
_N_DIGITS = (10, 10, 7)
"""How many digits before the end of a match each check asks for."""

_CHECKS: Mapping[str, int] = {
    "KrBrnRecognizer": _KR_BRN,
    "MedicalLicenseRecognizer": _DEA,
    "SeOrganisationsnummerRecognizer": _LUHN,
    "SePersonnummerRecognizer": _LUHN,
}
"""By recogniser. Its patterns end with these digits, and hyphens and plus signs among them."""


def check_of(recogniser: Recogniser) -> int | None:
    """Returns the check that the matches of a recogniser must pass; None if none is known here."""
    is_own = any(pattern.is_own for pattern in recogniser.patterns)
    return None if is_own else _CHECKS.get(recogniser.name)


@kernel
def may_pass(data: Bytes, ends: Ints, check: int) -> Bools:
    """Returns for each possible match whether its check digit is right.

    Args:
        data: Folded texts, UTF-8.
        ends: One past the last digit of each.
        check: What `check_of` returns.
    """
    result = np.empty(len(ends), np.bool_)
    digits = np.empty(_N_DIGITS[check], np.int64)
    for i in range(len(ends)):
        n = _last_digits(data, ends[i], digits)
        # Of fewer digits, which no pattern takes, nothing is said.
        result[i] = n < len(digits) or _sum(digits, check) % 10 == 0
    return result


@kernel
def _last_digits(data: Bytes, end: int, digits: Ints) -> int:
    """Fills `digits` from behind with those before `end`; returns how many there are."""
    n = 0
    at = end - 1
    while at >= 0 and n < len(digits):
        byte = data[at]
        if 0x30 <= byte <= 0x39:
            n += 1
            digits[len(digits) - n] = byte - 0x30
        elif byte != 0x2B and byte != 0x2D:
            break
        at -= 1
    return n


@kernel
def _sum(digits: Ints, check: int) -> int:
    """Returns the sum that is a multiple of ten if the check digit, the last one, is right."""
    if check == _LUHN:
        return _luhn(digits)
    if check == _KR_BRN:
        return _kr_brn(digits)
    return _dea(digits)


@kernel
def _luhn(digits: Ints) -> int:
    total = 0
    for i in range(len(digits)):
        digit = digits[len(digits) - 1 - i] * (1 + i % 2)
        total += digit // 10 + digit % 10
    return total


@kernel
def _kr_brn(digits: Ints) -> int:
    """Korean business numbers: weights 1, 3, 7, and the tens of the ninth digit's product again."""
    weights = (1, 3, 7, 1, 3, 7, 1, 3, 5)
    total = digits[9] + digits[8] * 5 // 10
    for i in range(9):
        total += digits[i] * weights[i]
    return int(total)


@kernel
def _dea(digits: Ints) -> int:
    """Of the US Drug Enforcement Administration: every other digit counts twice."""
    total = -digits[6]
    for i in range(6):
        total += digits[i] * (1 + i % 2)
    return int(total)
