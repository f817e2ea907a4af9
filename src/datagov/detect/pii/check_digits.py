"""Numbers whose check digit is wrong, refuted where they stand, before any is cut out of its text.

What is left is for Presidio's own check to say, which may ask for more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.rules import Recogniser
from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""What Luhn's check adds for every other digit: the digits of its double."""


@dataclass(frozen=True)
class Check:
    """What the last digits of a number add up to: a multiple of `modulus`, if the number is right.

    Attributes:
        values: int64, of each place, and of each digit there, what it adds.
        modulus: Of the sum.
    """

    values: Ints
    modulus: int = 10


def _weighted(weights: Sequence[int]) -> Check:
    return Check(np.outer(weights, np.arange(10)))


def _luhn(n_digits: int) -> Check:
    """Returns Luhn's check, which counts every other digit from behind twice."""
    values = np.array([(_DOUBLED, range(10))[(n_digits - i) % 2] for i in range(n_digits)])
    return Check(values)


def _us_npi() -> Check:
    """American health providers: Luhn's check behind 80840, which is not written."""
    values = _luhn(10).values
    values[0] += 24
    return Check(values)


def _au_abn() -> Check:
    """Australian businesses: the first digit counts one less."""
    values = np.outer((10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19), np.arange(10))
    values[0] -= 10
    return Check(values, 89)


def _kr_brn() -> Check:
    """Korean business numbers: of the ninth digit's product both digits count."""
    values = np.outer((1, 3, 7, 1, 3, 7, 1, 3, 5, 1), np.arange(10))
    values[8] += values[8] // 10
    return Check(values)


_CHECKS: Mapping[str, Check] = {
    "AbaRoutingRecognizer": _weighted((3, 7, 1) * 3),
    "AuAbnRecognizer": _au_abn(),
    "AuAcnRecognizer": _weighted((8, 7, 6, 5, 4, 3, 2, 1, 1)),
    "DeLanrRecognizer": _weighted((4, 9, 4, 9, 4, 9, 1, 0, 0)),
    "ItVatCodeRecognizer": _luhn(11),
    "KrBrnRecognizer": _kr_brn(),
    "MedicalLicenseRecognizer": _weighted((1, 2, 1, 2, 1, 2, -1)),
    "PlPeselRecognizer": _weighted((1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)),
    "SeOrganisationsnummerRecognizer": _luhn(10),
    "SePersonnummerRecognizer": _luhn(10),
    "UsNpiRecognizer": _us_npi(),
}
"""By recogniser. Its patterns end with these digits, and blanks and signs among them."""


def check_of(recogniser: Recogniser) -> Check | None:
    """Returns the check that the matches of a recogniser must pass; None if none is known here."""
    is_own = any(pattern.is_own for pattern in recogniser.patterns)
    return None if is_own else _CHECKS.get(recogniser.name)


def may_pass(data: Bytes, ends: Ints, check: Check) -> Bools:
    """Returns for each possible match whether its check digit is right.

    Args:
        data: Folded texts, UTF-8.
        ends: One past the last digit of each, or past a blank or a sign behind it.
        check: What the digits must add up to.
    """
    return _pass(data, ends, check.values, check.modulus)


@kernel
def _pass(data: Bytes, ends: Ints, values: Ints, modulus: int) -> Bools:
    result = np.empty(len(ends), np.bool_)
    for i in range(len(ends)):
        left = len(values)
        total = 0
        at = ends[i] - 1
        while at >= 0 and left > 0:
            byte = data[at]
            if 0x30 <= byte <= 0x39:
                left -= 1
                total += values[left, byte - 0x30]
            elif not _is_between(byte):
                break
            at -= 1
        # Of fewer digits, which no pattern takes, nothing is said.
        result[i] = left > 0 or total % modulus == 0
    return result


@kernel
def _is_between(byte: int) -> bool:
    """True for what may stand between the digits of a number: white space, `+`, `-` and `_`."""
    is_space = byte == 0x20 or 0x09 <= byte <= 0x0D
    return is_space or byte == 0x2B or byte == 0x2D or byte == 0x5F
