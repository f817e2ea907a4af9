"""Values assigned to what is called a password, key, token or secret.

They have no format of their own. What decides is the value: its kinds of characters and their
entropy, whether words can be read in it, whether it looks like code or like a placeholder.
"""

import re
from collections.abc import Iterator

from datagov.detect.secrets.passwords import WEAK, judge_password
from datagov.detect.secrets.randomness import entropy, is_placeholder, word_share
from datagov.detect.secrets.rules import ASSIGNED_SECRET, PLACEHOLDER, Candidate, Locate, Rule


def _one_of(*patterns: str) -> str:
    """Returns the pattern of one of several, what is not ASCII in them as UTF-8."""
    return "(?:" + "|".join(map(_in_bytes, patterns)) + ")"


def _in_bytes(pattern: str) -> str:
    return "".join(
        char if char.isascii() else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in pattern
    )


_PASSWORD = _one_of(
    r"passw(?:or)?d", "passwd", "passphrase", "passwort", "senha", "pwd", "pass",
    "密码", "密碼", "口令", "パスワード", "비밀번호", "пароль", "Пароль", "contraseña",
)  # fmt: skip
_KEY = _one_of(
    r"(?:api|app|access|auth|client|consumer|secret|private|signing|encryption|master|account|"
    r"service|session|shared|license|storage|webhook)[_. -]?(?:access[_.-]?)?"
    r"(?:key|secret|token)(?:[_.-]?secret)?",
    r"(?:refresh|bearer)[_-]?token", "token", "secret", "credentials?",
    "密钥", "密鑰", "秘钥", "私钥", "令牌",
)  # fmt: skip
_TAIL = (
    r"(?:s|[_-]?(?:value|string|text|prod|dev|test|live|base64))?"
    # What closes a JSON key or an index; a type.
    r"(?:\\?[\x22'])?[\])]?(?:: ?[A-Za-z]{3,10} ?)?"
    r"[ \t]{0,4}"
    + _one_of("=>", ":=", "={1,3}", ":", ">", r"(?:[ \t]is )", "：", "＝", "是", "为", "為")
    + r"[ \t]{0,4}"
)  # fmt: skip
_OPENING = _one_of("“", "‘", "「", "『", "＂")
_CLOSING = _one_of("”", "’", "」", "』", "＂")
_BEGIN = rf"(?:(?:[bru]?\\?[\x22'`]|{_OPENING})[!-~]{{6}}|[!#-&*-;=?-Z^_a-z|~]{{6}})"

_VALUES = tuple(
    re.compile(pattern.encode())
    for pattern in (
        r"[bru]?(?P<quote>\\?[\"'`])(?P<value>[!-~]{6,200}?)(?P=quote)",
        _OPENING + r"(?P<value>[!-~]{6,200}?)" + _CLOSING,
        r"(?P<value>[^\x00-\x20\x7f-\xff\"'`<>,;(){}\[\]\\]{6,200}+)(?![!-~](?<![\"'`<>,;)}\]\\]))",
    )
)
_BARE = _VALUES[-1]

_NO_NAME = re.compile(
    rb"(?:public|publishable|[cx]srf|page|next|continuation|hash(?:ed)?|encrypted|\bno)[ _.-]?\Z",
    re.IGNORECASE,
)
_NAME_REACH = 20
_SHORT_NAMES = (b"pass", b"pwd", b"token", b"secret")
_QUERY = re.compile(rb"(?:[?&]|&amp;)[\w.-]*\Z")
_NEXT_PARAMETER = re.compile(r"&[\w.-]+=", re.ASCII)
_QUERY_END = re.compile("[&#]")
_CODE = re.compile(
    # Calls, paths, addresses, members of objects, constants, options, names of files.
    r"\w\(.*\)|[{}]|^(?:[a-z]+:)?/|://|^[~.]|::|->|^[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)+$|^[A-Z_]+$"
    r"|^--?[a-z]|^@[A-Za-z]|\.(?:py|js|ts|json|txt|md|php|html?|ya?ml|xml|pem|key|java|go|c|h|sh)$",
    re.ASCII,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_TOKEN = re.compile(r"[\w+/=.~:!@#$%^&*-]+", re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]+")
_SHORTEST_KEY = 16
_LONG_KEY = 20
_MIN_ENTROPY = 3.0
_UNQUOTED = 0.1
"""What a readable value without quotes loses: most are names of variables."""


def judge_key(value: str) -> float:
    """Returns how sure it is that `value`, announced as a key or token, was drawn by a machine."""
    if is_placeholder(value):
        return PLACEHOLDER
    if (
        len(value) < _SHORTEST_KEY
        or not _TOKEN.fullmatch(value)
        or not any(c.isdigit() for c in value)
        or not any(c.isalpha() for c in value)
        or entropy(value) < _MIN_ENTROPY
        or word_share(value) > 0.4
    ):
        return WEAK
    if _UUID.fullmatch(value):
        return 0.5
    return 0.6 if _HEX.fullmatch(value) or len(value) < _LONG_KEY else 0.7


def _assigned(names: str, is_password: bool) -> Locate:
    head = re.compile(rb"(?P<name>" + names.encode() + rb")" + _TAIL.encode(), re.IGNORECASE)

    def locate(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
        name = head.match(data, start, stop)
        before = data[max(0, start - _NAME_REACH) : start]
        if not name or _NO_NAME.search(before) or _is_tail(name["name"], before[-1:]):
            return
        for pattern in _VALUES:
            match = pattern.match(data, name.end(), stop)
            if match:
                at, value = match.start("value"), match["value"].decode("ascii")
                if pattern is _BARE:
                    value = _without_rest(value, is_query=bool(_QUERY.search(before)))
                is_loose = pattern is _BARE and data[start] < 0x80
                yield Candidate(at, at + len(value), _judge(value, is_password, is_loose))
                return

    return locate


def _without_rest(value: str, is_query: bool) -> str:
    """Returns a value without quotes and without what follows it: a full stop, other parameters."""
    return (_QUERY_END if is_query else _NEXT_PARAMETER).split(value)[0].rstrip(".:?")


def _judge(value: str, is_password: bool, is_loose: bool) -> float:
    if _CODE.search(value):
        return WEAK
    score = judge_password(value) if is_password else judge_key(value)
    return score - _UNQUOTED if is_loose and word_share(value) > 0.6 else score


def _is_tail(name: bytes, before: bytes) -> bool:
    """True if a short name is the end of another word: `compass`, not `dbPass` or `db_pass`."""
    is_joined = before.isalpha() and before.islower() != name[:1].isupper()
    return is_joined and name.lower() in _SHORT_NAMES


RULES = (
    Rule(
        "assigned-password",
        ASSIGNED_SECRET,
        _PASSWORD + _TAIL + _BEGIN,
        _assigned(_PASSWORD, is_password=True),
        caseless=True,
    ),
    Rule(
        "assigned-key",
        ASSIGNED_SECRET,
        _KEY + _TAIL + _BEGIN,
        _assigned(_KEY, is_password=False),
        caseless=True,
    ),
)
