"""The address of a mailbox within what a pattern takes for one: without path, key and quotes."""

import regex

from datagov.detect.pii.presidio import has_public_suffix
from datagov.detect.pii.spans import Span
from datagov.detect.pii.worldwide.mailboxes import GROUP, NO_CALL_BEFORE, are_names

_KEY = regex.compile(
    r"(?:[^@]*[?&])?(?:[A-Za-z_][A-Za-z0-9_.\-]{0,40}=(?:['\"](?=[^@])|(?=[A-Za-z0-9])))?"
)
_NOT_IN_NAMES = regex.compile(r"[^@]*\}\}(?=@)|[^@]*[`{|}](?!@)")
"""RFC 5322 allows them, and only templates and markup have them; one brace before the at sign
stands in papers that name several people of a host: `{ann,bob}@host.example`."""

_OPENING_QUOTE = regex.compile(
    r"[bfru]'(?=[^@])|(?:[^@']|(?<=\p{L})'(?=\p{L}))*(?:(?<!\p{L})'|'(?!\p{L}))(?=[^@])"
)
"""Up to one that is no part of a name, as that in `o'neil` is, but that in `u'ann` is not."""

_GROUP = regex.compile(rf"{GROUP} ?@")
_NAME = r"[A-Za-z0-9_][A-Za-z0-9._%+\-]*+"
_LONG_GROUP = regex.compile(rf"{NO_CALL_BEFORE}\\?\{{\s?{_NAME}(?:\s?[,;|]\s?{_NAME})++\s?\\?\}}")
"""A group of any number of people, of which Presidio takes the last one and the bracket."""

_FILE = regex.compile(r"(?i)\.(?:png|jpe?g|gif|webp|svg|ico|css|js|html?|pdf|gz)")
_LOGIN = regex.compile(r"(?:git|hg|svn)@")
"""Who everybody logs in as: `git@host.example:path`, `ssh://git@host.example`."""

_SYSTEM = regex.compile(r"(?:root|ec2-user|vagrant|www-data)@")
"""Accounts that a system has and no person."""

_PATH_BEHIND = regex.compile(r"[:/][^\s/]")
_PROMPT_BEHIND = regex.compile(r":~[/$# ]|(?<=\[[^\[\]\s]{1,64}) ?[~/][^\s\]]{0,100}\][$#]")
"""A shell's prompt, `[ann@host.example ~]$`, and a path on another host."""

_ALGORITHM = regex.compile(
    r"(?:zlib|(?:aes|chacha|curve|ecdsa|hmac|rijndael|rsa|sk|sntrup|ssh|umac)[\-\d][a-z0-9.\-]*)"
    r"@(?:openssh\.com|libssh\.org|lysator\.liu\.se|ssh\.com)"
)
"""Names of algorithms have the host of who made them (RFC 4251, section 6)."""

_SCHEME_BEFORE = regex.compile(r"(?r)ssh://")
_USER_BEFORE = regex.compile(
    r"(?ri)(?<![a-z])(?!mailto:)[a-z][a-z0-9+.\-]{1,15}://(?P<name>[^\s/@:\"'<>]{1,64}:)?"
)
"""A web address with who logs in, and behind the name the password (RFC 3986, section 3.2.1)."""

_HOST_GOES_ON = regex.compile(r":\d|/[\w~%]")
"""Without it `http://ann@host.example` may be a mailbox of which somebody made a link."""

_MESSAGE_BEFORE = regex.compile(
    r"(?ri)\b(?:(?:message-id|msg-?id)[\"']?[ \t]?[:=][ \t]?[\"']?<?"
    r"|(?:in-reply-to|references):[ \t]?(?:<[^<>\s]{1,100}>\s{1,3}){0,3}<)"
)
_MESSAGE = regex.compile(r"(?i)[^@]*@mail\.gmail\.com")
_ARCHIVE_BEFORE = regex.compile(
    r"(?ri)://(?:lore\.kernel\.org|public-inbox\.org|inbox\.[a-z.]{4,40}"
    r"|lkml\.kernel\.org|[a-z.]{0,40}mail-archive\.com/msgid-search)/(?:[\w.\-]{1,40}/){0,2}"
)
"""A name for a message, of the host that made it (RFC 5322, section 3.6.4).

Archives that have it in the addresses of their pages have no mailbox there.
"""


def mailbox(text: str, span: Span) -> Span | None:
    """Returns the address without the path, key or quotes that Presidio takes together with it.

    None for paths and file names with an at sign, such as `icon@2x.png`, for a login to a
    host, also in a web address, the name of an algorithm and the id of a message.
    """
    value = text[span.start : span.end]
    if _GROUP.match(value):
        return span
    if "}@" in value:
        group = _group_to(text, span.start + value.index("}@"))
        return span._replace(start=group.start()) if group and are_names(group[0]) else None
    start = value.rfind("/", 0, value.rfind("@")) + 1
    start = _KEY.match(value, start).end()
    junk = _NOT_IN_NAMES.match(value, start)
    start = junk.end() if junk else start
    if text[span.end : span.end + 1] == "'":
        opening = _OPENING_QUOTE.match(value, start)
        start = opening.end() if opening else start
    # Presidio looks whether a host has a public suffix, of a path for the first one.
    is_none = value[start] == "@" or (start and not has_public_suffix(value[start:]))
    if is_none or _FILE.search(value, len(value) - 5) or _is_no_mailbox(text, span, start):
        return None
    return span._replace(start=span.start + start)


def _group_to(text: str, closing: int) -> "regex.Match[str] | None":
    """Returns the group that a brace closes; none has another brace within."""
    before = text.rfind("}", 0, closing) + 1
    opening = text.rfind("{", before, closing)
    if opening < 0:
        return None
    start = opening - (text[opening - 1 : opening] == "\\")
    return _LONG_GROUP.fullmatch(text, start, closing + 1)


def _is_user(text: str, end: int, before: tuple[int, int]) -> bool:
    user = _USER_BEFORE.match(text, *before)
    return user is not None and bool(user["name"] or _HOST_GOES_ON.match(text, end))


def _is_no_mailbox(text: str, span: Span, skipped: int) -> bool:
    start = span.start + skipped
    before = max(0, start - 400), start
    if _LOGIN.match(text, start):
        return bool(_PATH_BEHIND.match(text, span.end) or _SCHEME_BEFORE.match(text, *before))
    return bool(
        _SYSTEM.match(text, start)
        or _PROMPT_BEHIND.match(text, span.end)
        or _ALGORITHM.fullmatch(text, start, span.end)
        or _MESSAGE.fullmatch(text, start, span.end)
        or _MESSAGE_BEFORE.match(text, *before)
        or _ARCHIVE_BEFORE.match(text, *before)
        or _is_user(text, span.end, before)
    )
