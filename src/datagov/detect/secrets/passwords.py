"""How sure it is that what somebody wrote as a password is one, and no example of one."""

import re

from datagov.detect.secrets.checks import decoded
from datagov.detect.secrets.randomness import entropy, is_placeholder, word_share
from datagov.detect.secrets.rules import PLACEHOLDER

_NO_SECRETS_LIST = """
abc admin adminadmin anonymous apppassword bar baz changepassword client dbpass dbpassword
dbuser demo docker elastic foo guest hello hunter login mysecretpassword mypass mypassword
mysecret mysql none null oracle pass passphrase password passwd postgres postgresql pw pwd
qwerty rabbitmq redis root rootpassword rootroot secret secretpassword somepassword string
strongpassword supersecret superuser test testing testpass testpassword testtest token user
username userpass userpassword value welcome wordpress
"""
_NO_SECRETS = frozenset(_NO_SECRETS_LIST.split())
"""Letters of what stands for a password in examples, or is the one that a product comes with."""

_NOT_LETTERS = re.compile(r"[^a-z]+")
_TELLTALE = ("password", "passwd", "passphrase", "secret")
"""What a real secret does not say of itself."""

_LEET = str.maketrans("@4301!$5", "aaeoiiss")
_HASH = re.compile(r"\*[0-9A-F]{40}|\$\w{1,10}\$.+|\{\w+\}.+|pbkdf2.+|[\w.]+:[\w.]+:\d+[:$].+")
"""MySQL, crypt, LDAP, Werkzeug: from a hash nobody logs in."""

_PATH = re.compile(r"[~.]?/")
_SYMBOLS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
WEAK = 0.3
"""Words, numbers and well-known passwords: below every sensible threshold."""

_MIN_LENGTH = 6
_LONG = 12
_RANDOM_ENTROPY = 3.3
_READABLE = 0.75


def judge_password(value: str) -> float:
    """Returns how sure it is that `value`, announced as a password, is a real one."""
    if is_placeholder(value):
        return PLACEHOLDER
    if len(value) < _MIN_LENGTH or _is_known(value) or _HASH.match(value) or _PATH.match(value):
        return WEAK
    kinds = _kinds(value)
    if kinds <= {"digit", "symbol"} or len(kinds) + ("digit" in kinds) < 3:
        return WEAK
    words = word_share(value)
    if words >= _READABLE and len(value) < 8:
        return WEAK
    score = 0.5 if words >= _READABLE else 0.6
    score += 0.1 * (len(kinds) >= 3)
    return score + 0.1 * (len(value) >= _LONG and entropy(value) >= _RANDOM_ENTROPY and words < 0.5)


def _kinds(value: str) -> set[str]:
    return {_kind(char) for char in value}


def _kind(char: str) -> str:
    if char in _SYMBOLS:
        return "symbol"
    if char.isdigit():
        return "digit"
    return "capital" if char.isupper() else "small"


def _is_known(value: str) -> bool:
    """True for `Passw0rd!`, `admin123`, `root_test`, and what is one of them in base64."""
    return _is_known_as_such(value) or bool(
        (hidden := decoded(value))
        and hidden.isascii()
        and _is_known_as_such(hidden.decode("ascii"))
    )


def _is_known_as_such(value: str) -> bool:
    for spelling in (value.lower(), value.lower().translate(_LEET)):
        words = _NOT_LETTERS.split(spelling)
        if "".join(words) in _NO_SECRETS or all(word in _NO_SECRETS for word in words if word):
            return any(words)
        if any(word in spelling for word in _TELLTALE):
            return True
    return False
