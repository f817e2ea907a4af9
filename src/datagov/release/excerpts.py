"""Masked context of a finding: enough to see why it was found, nothing to see whom it names.

What was found is replaced by its category. Around it only words of a closed public list stay
readable (function words and the words that announce personal data or a secret); every other
letter, digit and ideograph is replaced by one that shows its shape. A name beside a number does
not survive, whether or not a detector knew it.
"""

import re
import unicodedata
from functools import lru_cache

CONTEXT_CHARS = 24
"""Code points of context on each side."""

_WORD_LIST = """
a an and are as at be been by can for from has have he her his i if in into is it its me my no
not of on or our s she that the their them they this to us was we were which with you your
account address bank birth born call card cell cellphone code contact credit customer date debit
dial doctor driver e email fax file home id identity iban insurance ip licence license mail
medical mobile name number office passport patient payment person personal phone postal reply
resident security server social ssn street tax tel telephone user visa work
access api key login password private secret token url username
"""
_WORDS = frozenset(_WORD_LIST.split())
_HAN = (
    "身份证号码",
    "身份证",
    "手机号码",
    "手机号",
    "手机",
    "电话号码",
    "电话",
    "银行卡",
    "卡号",
    "账号",
    "邮箱",
    "电子邮件",
    "地址",
    "姓名",
    "联系人",
    "联系方式",
    "患者",
    "先生",
    "女士",
    "护照",
    "微信",
    "密码",
    "密钥",
    "口令",
    "令牌",
    "传真",
    "请",
    "拨打",
    "我的",
    "是",
    "为",
    "的",
    "在",
    "和",
)
_ANY_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_LISTED = re.compile(
    # A listed word counts where a sentence has words, not as a part of something else: the `a` of
    # `fe80::a` is none. Several may be joined, as in `e-mail` or `api_key`.
    r"(?<![^\s\"'(\[{<\u3000-\u9fff\uff00-\uffef])"
    rf"(?:(?:{_ANY_WORD})(?:[-_/](?:{_ANY_WORD}))*)"
    r"(?=[.,;:=!?)\]}>\"']*(?:\s|$)|[\u3000-\u9fff\uff00-\uffef])"
    rf"|{'|'.join(_HAN)}"
)


def excerpt(text: str, start: int, end: int, category: str) -> str:
    """Returns up to CONTEXT_CHARS of masked context around `text[start:end]`."""
    before = text[max(0, start - CONTEXT_CHARS) : start]
    after = text[end : end + CONTEXT_CHARS]
    return f"{mask(before)}[{category}]{mask(after)}"


def mask(text: str) -> str:
    """Returns `text` with everything but listed words and punctuation replaced by its shape.

    Letters become x or X, digits #, ideographs 某, letters without case x; white
    space becomes a blank. Its length in code points stays.
    """
    # Only lower-case words are let through: `Will` and `May` may be names, `will` is not.
    pieces: list[str] = []
    at = 0
    for listed in _LISTED.finditer(text):
        pieces += map(_shape, text[at : listed.start()])
        pieces.append(listed.group())
        at = listed.end()
    pieces += map(_shape, text[at:])
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _shape(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Lo" and unicodedata.name(char, "").startswith("CJK"):
        return "某"
    if kind in ("Lu", "Lt"):
        return "X"
    if kind[0] in "LM":
        return "x"
    if kind[0] == "N":
        # No digit, else what is masked could look like some other number that was found.
        return "#"
    if kind[0] in "ZC":
        return " "
    return char
