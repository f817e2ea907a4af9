"""Private keys as blocks of text: PEM, OpenSSH, PGP, PuTTY. The block is the span.

Formats: RFC 7468 (PEM), RFC 1421 (headers), OpenSSH PROTOCOL.key, RFC 9580 section 6 (PGP armour),
PuTTY manual, appendix C (PPK).
"""

import re
from collections.abc import Iterator

from datagov.detect.secrets.checks import decoded
from datagov.detect.secrets.randomness import entropy
from datagov.detect.secrets.rules import (
    CONFIRMED,
    DISTINCTIVE,
    PLACEHOLDER,
    PRIVATE_KEY,
    Candidate,
    Rule,
)

LONGEST = 1 << 17
"""Bytes of a block; a PGP key with many user ids is tens of kilobytes."""

_BEGIN = re.compile(rb"-{4,5} ?BEGIN (?P<kind>[0-9A-Z ]{0,24}PRIVATE KEY(?: BLOCK)?) ?-{4,5}")
_KEY_LINES = re.compile(rb"(?:(?:\s|\\[nrt]|[\"'`+>#*|,])*+[0-9A-Za-z+/]{16,}+={0,2})+")
_LINE_END = re.compile(r"\\r|\\n|\r|<br ?/?>")
# What a language, a quotation or a comment puts round a line; headers; the checksum of PGP.
_NOT_BODY = re.compile(
    r"^[ \t\"'`>#*|,]+|[ \t\"'`+|,;\\]+$|^[ \t\"']*[A-Za-z-]{4,20}: .*$|^=[0-9A-Za-z+/]{4}$",
    re.MULTILINE,
)
_BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}")
_DER = (b"\x30", b"openssh-key-v1\x00", b"\x94", b"\x95", b"\xc5")
"""How a key begins once decoded: an ASN.1 sequence, OpenSSH's magic, a secret-key packet of PGP."""
_SHORTEST = 48
_MIN_ENTROPY = 4.0
_TRUNCATED = 0.7

_PUTTY_BEGIN = b"PuTTY-User-Key-File-"
_PUTTY = re.compile(
    rb"PuTTY-User-Key-File-\d: [^\n]{1,80}\n(?:[^\n]{0,400}\n)*?Private-Lines: \d+\r?\n"
    rb"(?:[0-9A-Za-z+/=]{1,64}\r?\n)+Private-(?:MAC|Hash): [0-9a-f]{40,64}"
)
_PUTTY_LONGEST = 1 << 14


def _pem(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
    """Yields the block that begins at `start`; one without an end as far as its lines go."""
    begin = _BEGIN.match(data, start, stop)
    if not begin:
        return
    limit = min(stop, begin.end() + LONGEST)
    dashes = data.find(b"----", begin.end(), limit)
    end = re.compile(rb"-{4,5} ?END " + re.escape(begin["kind"]) + rb" ?-{4,5}")
    last = end.match(data, dashes, stop) if dashes >= 0 else None
    if last:
        yield Candidate(start, last.end(), _judge_block(data[begin.end() : dashes]))
        return
    lines = _KEY_LINES.match(data, begin.end(), limit)
    if lines and _judge_block(lines[0]) > PLACEHOLDER:
        yield Candidate(start, lines.end(), _TRUNCATED)


def _judge_block(body: bytes) -> float:
    lines = _LINE_END.sub("\n", body.decode("utf-8", "replace"))
    text = "".join(_NOT_BODY.sub("", lines).split())
    if len(text) < _SHORTEST or not _BASE64.fullmatch(text) or entropy(text) < _MIN_ENTROPY:
        return PLACEHOLDER
    begins = decoded(text[: len(text) // 4 * 4]) or b""
    return CONFIRMED if begins.startswith(_DER) else DISTINCTIVE


def _putty(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
    limit = min(stop, start + _PUTTY_LONGEST)
    again = data.find(_PUTTY_BEGIN, start + 1, limit)
    match = _PUTTY.match(data, start, limit if again < 0 else again)
    if match:
        yield Candidate(start, match.end(), CONFIRMED)


RULES = (
    Rule(
        "private-key-block",
        PRIVATE_KEY,
        r"----?-? ?BEGIN [0-9A-Z ]{0,24}PRIVATE KEY(?: BLOCK)? ?----",
        _pem,
    ),
    Rule("putty-key", PRIVATE_KEY, r"PuTTY-User-Key-File-[0-9]: ", _putty),
)
