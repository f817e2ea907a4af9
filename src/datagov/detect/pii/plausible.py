"""Where what has the form of an identifier is none: within addresses, fractions, longer numbers.

Checks and context words let many numbers through that are nobody's: one number in ten passes Luhn's
check, and `image-120361028.png` or `0.62831853071795865` hold whatever is looked for. What stands
around a match tells these apart. Written from findings in real text that were read by hand; the
counts are in `benchmarks/README.md`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import regex

from datagov.detect.pii.chinese.vehicles import OLD_ARMED_POLICE
from datagov.detect.pii.folding import fold
from datagov.detect.pii.hosts import is_host
from datagov.detect.pii.mailboxes import mailbox
from datagov.detect.pii.spans import Span
from datagov.detect.pii.worldwide.cards import CARDS, is_issued

_RUN = 200
"""Code points before a match in which the beginning of an address is looked for."""

_RUN_BEFORE = regex.compile(r"(?r)[^\s\"'`<>(){}|\p{Han}\u3000-\u303f\uff00-\uff65]*")
_JOINED_BEFORE = regex.compile(r"(?r)(?:[A-Za-z0-9_][\-/~*]|\d[.+])")
_JOINED_BEHIND = regex.compile(r"[\-_/*^][A-Za-z0-9(]|\.[A-Za-z0-9]")
_CARD_GROUPS = regex.compile(
    r"\d+|\d{4}(\D{0,3})\d{4}(?:\1\d{4}){0,3}(?:\1\d{1,3})?|\d{4}(\D{0,3})\d{6}\2\d{4,5}"
)
_MORE_GROUPS_BEFORE = regex.compile(r"(?r)\d[ -]")
_MORE_GROUPS_BEHIND = regex.compile(r"[ -]\d{4}\b")
_EXPIRY_BEHIND = regex.compile(
    r"[ \-_/](?:0[1-9]|1[0-2])[/\-]?(?:20)?[2-4]\d(?:[ \-_/]\d{3,4})?(?![\d/]|[ \-_]\d)"
)
"""What is copied together with a card: the month and year until which it holds, and its code."""

_OTHER_NUMBER = regex.compile(
    r"(?ri)(?:(?:company|registration|registered|serial|part|licen[cs]e|order|invoice|case|docket"
    r"|patent|version|model|avogadro['’]s) (?:no\.?|nr\.?|number)\W{0,3}|\bD?FARS )"
)
_NO_PHONE = regex.compile(
    r"(?<year>1[5-9]\d\d|20\d\d)\s?[-–—/]\s?(?&year)"
    r"|\d{1,2}[ ./](?&year)(?:[ ./:]+\d{1,2}){0,3}|(?&year)(?:[ ./:]+\d{1,2}){2,5}"
    r"|[1-9]\d?\.\d{5,8}|[1-9]\d\d\.\d{5,6}|\d+\.\d+\s{2,}[\d.\s]+"
    r"|(?=.*(?:\d{3}|/))(?<octet>0|[1-9]\d?|1\d\d|2[0-5]\d)(?:\.(?&octet)){3}(?:/\d+)?"
)
"""The years of a life, a date, a fraction or a row of a table, an IP address."""

_WORDS_NEAR = 60
_HANDLE_BEFORE = regex.compile(r"(?ri)(?:@|[a-z0-9][/#._\-]|(?<!\p{Han})\[)qq")
_ASSIGNED_BEFORE = regex.compile(r"(?ri)(?:wechat|weixin|wx|vx)(?:id|no)?=")
_KEY_BEFORE = regex.compile(r"(?ri)(?:qq|wx|vx)(?:号|號)?\s?[:：]\s?")
_PART_BEFORE = regex.compile(
    r"(?r)(?:型号|型號|编号|編號|货号|貨號|规格|規格|零件|配件|部件|订单|訂單)"
    r"(?:号|號|是|为|為|[:： ]){0,3}"
)
_INSURANCE = regex.compile(r"\b(?:SIN|sin|NAS|nas)\b(?!\()|(?i:social insurance|assurance sociale)")
_PASSPORT = regex.compile(r"(?i)passport|travel doc|护照|護照")
_NO_CARD_BEFORE = regex.compile(
    r"(?ri)(?<![\p{L}\d])(?:(?!account|card|payment)[a-z]{0,12}[_.\-]|(?<![_.\-]))"
    r"(?:(?:ids?|uid|pid|gid|sid|tid|isbn|ean|imei|serial|tracking|order|invoice|ref|ticket|tweet|pixel|timestamp|hash|seed)\b[\"']?[#:=\s]{0,3}"
    r"|(?:case|issue|status|post|revision)\b[\"']?\s?[#:=]\s?)[\"']?"
)
"""What numbers of 16 digits are more often than cards."""

_RARE_LENGTH = regex.compile(r"[56]\d{11,14}")
"""Maestro may have so few digits and other issuers behind these never do."""

_CARD = regex.compile(r"(?i)\b(?:credit |debit )?cards?\b|\bcc\b|卡号|信用卡|银行卡")
_CARD_CONTEXT = regex.compile(f"(?i){'|'.join(map(regex.escape, CARDS[0].context))}")
_ACCOUNT = regex.compile(r"(?i)\b(?:account|acct|a/c|bank)\b|rekening|konto|账户|帐户|账号")
_CHINA = regex.compile(r"(?i)\p{Han}|china|beijing|shanghai|guangzhou|shenzhen|(?:\+|\b00)86")

_Judge = Callable[[str, Span], Span | None]
"""Returns what of a span of a text is an identifier, None for nothing."""


def is_embedded(text: str, start: int, end: int) -> bool:
    """True if a number is part of an address, a path, a fraction, a formula or a longer token."""
    return _JOINED_BEHIND.match(text, end) is not None or _is_within(text, start)


def _is_within(text: str, start: int) -> bool:
    if _JOINED_BEFORE.match(text, max(0, start - 2), start):
        return True
    return _is_in_address(text, start)


def _is_in_address(text: str, start: int) -> bool:
    run = _RUN_BEFORE.match(text, max(0, start - _RUN), start).group()
    return "://" in run or run.lower().startswith("www.")


def _is_free(text: str, span: Span) -> bool:
    return not is_embedded(text, span.start, span.end)


def _is_card(text: str, span: Span) -> bool:
    value = fold(text[span.start : span.end])
    near = max(0, span.start - _WORDS_NEAR), span.end + _WORDS_NEAR // 2
    is_announced = _CARD.search(text, *near) is not None
    return bool(
        (is_announced or _is_card_alone(text, span, value))
        and _CARD_GROUPS.fullmatch(value) is not None
        and _stands_as_card(text, span, value)
    )


def _stands_as_card(text: str, span: Span, value: str) -> bool:
    """True if a number is no part of something longer, but for what is copied with a card."""
    if not value.isdigit() and _MORE_GROUPS_BEFORE.match(text, max(0, span.start - 2), span.start):
        return False
    if _EXPIRY_BEHIND.match(text, span.end):
        return not _is_within(text, span.start)
    is_in_column = not value.isdigit() and _MORE_GROUPS_BEHIND.match(text, span.end)
    return not is_in_column and _is_free(text, span)


def _is_card_alone(text: str, span: Span, value: str) -> bool:
    """True if a number may be a card's although no word says card itself."""
    if not is_issued(value):
        return False
    if _CARD_CONTEXT.search(text, max(0, span.start - _WORDS_NEAR), span.start):
        return True
    if not value.isdigit():
        return True
    is_other = _NO_CARD_BEFORE.match(text, max(0, span.start - 30), span.start)
    return not is_other and not _RARE_LENGTH.fullmatch(value)


def _is_phone(text: str, span: Span) -> bool:
    if not span.rule.endswith((": libphonenumber", ": formatted", ": before its name")):
        return True
    value = text[span.start : span.end].strip("()[] ")
    if _NO_PHONE.fullmatch(value) or _OTHER_NUMBER.match(text, max(0, span.start - 40), span.start):
        return False
    return not span.rule.endswith(": libphonenumber") or _is_free(text, span)


def _is_account_name(text: str, span: Span) -> bool:
    """Refutes what is in a web address or in code, or a name elsewhere: `@qq12345`."""
    if _ASSIGNED_BEFORE.match(text, max(0, span.start - 9), span.start):
        return _is_in_china(text, span)
    before = max(0, span.start - 6), span.start
    if _KEY_BEFORE.match(text, *before):
        return True
    return not _is_in_address(text, span.start) and not _HANDLE_BEFORE.match(text, *before)


def _is_plate(text: str, span: Span) -> bool:
    """Refutes `WJ01-12345` where nothing is Chinese or a word says so: parts have such numbers."""
    if not span.rule.endswith(OLD_ARMED_POLICE):
        return True
    before = max(0, span.start - 8), span.start
    return _is_in_china(text, span) and not _PART_BEFORE.match(text, *before)


def _is_in_china(text: str, span: Span) -> bool:
    """Refutes numbers of London and others that begin as those of a Chinese city, such as 020."""
    return _CHINA.search(text, max(0, span.start - _RUN), span.end + _RUN) is not None


def _is_behind(words: "regex.Pattern[str]") -> Callable[[str, Span], bool]:
    """Returns the test for what counts only behind its word: Presidio has `us` and `check`."""

    def test(text: str, span: Span) -> bool:
        near = words.search(text, max(0, span.start - _WORDS_NEAR), span.start)
        return near is not None and _is_free(text, span)

    return test


def _whole_if(test: Callable[[str, Span], bool]) -> _Judge:
    return lambda text, span: span if test(text, span) else None


_JUDGES: dict[str, _Judge] = {
    "CA_SIN": _whole_if(_is_behind(_INSURANCE)),
    "CN_LANDLINE": _whole_if(_is_in_china),
    "CN_QQ": _whole_if(_is_account_name),
    "CN_VEHICLE_PLATE": _whole_if(_is_plate),
    "CN_WECHAT": _whole_if(_is_account_name),
    "CREDIT_CARD": _whole_if(_is_card),
    "EMAIL_ADDRESS": mailbox,
    "IP_ADDRESS": _whole_if(is_host),
    "PHONE_NUMBER": _whole_if(_is_phone),
    "US_BANK_NUMBER": _whole_if(_is_behind(_ACCOUNT)),
    "US_PASSPORT": _whole_if(_is_behind(_PASSPORT)),
    **dict.fromkeys(("IN_VOTER", "PH_TIN", "US_ITIN", "US_SSN"), _whole_if(_is_free)),
}


def plausible(
    texts: Mapping[int, str], found: Sequence[tuple[int, list[Span]]], own: Collection[str] = ()
) -> list[tuple[int, list[Span]]]:
    """Returns the spans that stand where an identifier can, without what else is in them.

    Args:
        texts: What was searched, by index.
        found: Spans by index of their text.
        own: Rules of the user's own: what they find is meant.
    """

    def judge(text: str, span: Span) -> Span | None:
        is_judged = span.entity in _JUDGES and span.rule not in own
        return _JUDGES[span.entity](text, span) if is_judged else span

    kept = []
    for cell, spans in found:
        if any(span.entity in _JUDGES for span in spans):
            text = texts[cell]
            spans = [judged for span in spans if (judged := judge(text, span))]
        kept.append((cell, spans))
    return kept
