"""Checksums and structures that tokens carry, so that they are known without asking anybody."""

import base64
import binascii
import json
import re
import zlib
from typing import Any

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = _BASE62[:10] + _BASE62[36:]
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6
_GITLAB_CHECKSUM = 7


def based(number: int, alphabet: str, width: int) -> str:
    """Returns `number` in the base of the alphabet's length, padded with its zero."""
    digits = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        digits = alphabet[digit] + digits
    return digits.rjust(width, alphabet[0])


def base62_checksum(body: str) -> str:
    """Returns the six characters with which GitHub and npm end a token.

    CRC-32 of what stands between prefix and checksum, in base 62: digits, capitals, small letters
    (github.blog, "Behind GitHub's new authentication token formats", 2021-04-05; "Announcing npm's
    new access token format", 2021-09-23).
    """
    return based(zlib.crc32(body.encode()), _BASE62, _CHECKSUM)


def is_github_token(value: str) -> bool:
    """True if the checksum of a `ghp_…` or `npm_…` token holds."""
    body = value.partition("_")[2]
    return base62_checksum(body[:-_CHECKSUM]) == body[-_CHECKSUM:]


def is_fine_grained_token(value: str) -> bool:
    """True if the end of a `github_pat_…` token is a checksum of what comes before.

    GitHub has not published what it is taken of; three readings are tried, and by chance one of
    them holds once in 10^9.
    """
    start, end = value[:-_CHECKSUM], value[-_CHECKSUM:]
    bodies = (start, start.removeprefix("github_pat_"), start.rpartition("_")[2])
    return any(base62_checksum(body) == end for body in bodies)


def gitlab_checksum(body: str) -> str:
    """Returns the seven characters with which GitLab ends a routable token.

    CRC-32 of all before it, prefix included, in base 36 (GitLab handbook, design document
    "Routable tokens").
    """
    return based(zlib.crc32(body.encode()), _BASE36, _GITLAB_CHECKSUM)


def is_gitlab_token(value: str) -> bool:
    """True if the checksum of a routable GitLab token holds."""
    return gitlab_checksum(value[:-_GITLAB_CHECKSUM]) == value[-_GITLAB_CHECKSUM:]


def grafana_checksum(body: str) -> str:
    """Returns the eight hex digits with which Grafana ends a service account token.

    CRC-32 of all before the last underscore, lowest byte first (grafana,
    pkg/components/satokengen/tokengen.go).
    """
    return zlib.crc32(body.encode()).to_bytes(4, "little").hex()


def is_grafana_token(value: str) -> bool:
    """True if the checksum of a `glsa_…` token holds."""
    body, _, checksum = value.rpartition("_")
    return grafana_checksum(body) == checksum


def is_bech32(value: str) -> bool:
    """True if the checksum of a Bech32 string holds (BIP 173; age keys are such strings)."""
    prefix, _, data = value.lower().rpartition("1")
    symbols = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    symbols += [_BECH32.find(char) for char in data]
    return -1 not in symbols and _bech32_polymod(symbols) == 1


def _bech32_polymod(symbols: list[int]) -> int:
    check = 1
    for symbol in symbols:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ symbol
        for i, generator in enumerate(_BECH32_GENERATOR):
            check ^= generator if top >> i & 1 else 0
    return check


def decoded(value: str) -> bytes | None:
    """Returns what a base64 or base64url string stands for, padded or not; None if for nothing."""
    bare = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None


def is_macaroon(value: str) -> bool:
    """True if a PyPI token is a whole macaroon of PyPI.

    Version 2 of libmacaroons' binary format: a version byte, location, identifier, end of section,
    caveats, end, signature of 32 bytes (warehouse, "API tokens"; libmacaroons doc/format.txt).
    """
    data = decoded(value.removeprefix("pypi-"))
    return (
        data is not None
        and data.startswith((b"\x02\x01\x08pypi.org", b"\x02\x01\x0dtest.pypi.org"))
        and data[-34:-32] == b"\x06\x20"
    )


def json_object(value: str) -> dict[str, Any] | None:
    """Returns the JSON object that a base64url string stands for; None if for none."""
    data = decoded(value)
    try:
        parsed = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


_SNOWFLAKE = re.compile(rb"[0-9]{17,20}")


def is_discord_token(value: str) -> bool:
    """True if the first part of a Discord bot token is the number of a bot."""
    data = decoded(value.partition(".")[0])
    return data is not None and bool(_SNOWFLAKE.fullmatch(data))
