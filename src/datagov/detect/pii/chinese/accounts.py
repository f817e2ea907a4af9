"""Accounts of WeChat and QQ: a word or a number, so only right behind what announces it."""

from datagov.detect.pii.chinese.pattern import as_bytes, recogniser
from datagov.detect.pii.rules import Pattern

_NAMED = r"(?:号码|账号|帐号|號碼|帳號|号|號|id|no|群)"
_LINK = rf"{_NAMED}?(?: ?(?:是|为|為|[:：=])){{0,2}} ?"
_MARK = rf"(?: ?{_NAMED}? ?[:：是为為] ?| ?{_NAMED}?=| ?id(?: is)? ?)"
_AND = r"(?: ?[/、，,&和或及] ?(?:{}))?"
"""What may have the same number or name: `QQ/微信：`."""

_AND_QQ = _AND.format("qq|扣扣|企鹅")
_AND_WECHAT = _AND.format(r"微信|[加+]?[v威薇]信|wechat|weixin|wx|vx|v")
_WECHAT = (
    rf"(?:(?:微信|[加+]?[v威薇]信|(?:加 ?|[+＋](?=\w{{1,2}} ?[:：]))(?:微|vx|wx|v)){_AND_QQ}{_LINK}"
    rf"|(?<![a-z0-9])(?:wechat|weixin|wx|vx){_AND_QQ}{_MARK}|\b(?:my|his|her) wechat(?: is)? )"
)
_QQ = rf"(?:(?<![a-z0-9])q(?: ?q|群)|扣扣|企鹅){_AND_WECHAT}{_LINK}"
_LINK_BYTES = r"(?:(?:[a-z :=/&,+]|[\xc2-\xf4][\x80-\xbf]{1,3}){0,18})"


def _account(value: str) -> bool | None:
    """Refutes what is a word: an account that people give has a digit or an underscore in it."""
    return None if any(char.isdigit() or char == "_" for char in value) else False


ACCOUNTS = (
    recogniser(
        "CnWechatRecognizer",
        "CN_WECHAT",
        Pattern(
            "behind its name",
            rf"(?<={_WECHAT})[a-z][a-z0-9_\-]{{5,19}}(?![a-z0-9_@.\-])",
            0.6,
            as_bytes(
                rf"(?:微信|wechat|weixin|wx|vx|[v]信|威信|薇信|(?:加 ?|[+]|＋)(?:v|微))"
                rf"{_LINK_BYTES}[a-z][a-z0-9_-]{{5,19}}"
            ),
        ),
        validate=_account,
    ),
    recogniser(
        "CnQqRecognizer",
        "CN_QQ",
        Pattern(
            "behind its name",
            rf"(?<={_QQ})[1-9]\d{{4,10}}(?![a-z0-9_@])(?![.]\d)",
            0.6,
            as_bytes(rf"(?:q ?q|扣扣|企鹅|q群){_LINK_BYTES}[1-9][0-9]{{4,10}}"),
        ),
    ),
)
