"""Bank cards, and the codes of companies."""

from datagov.detect.pii.chinese.checks import is_credit_code, passes_luhn
from datagov.detect.pii.chinese.pattern import AFTER, BEFORE, recogniser
from datagov.detect.pii.rules import Pattern

_NO_GROUP_BEFORE = r"(?<!\d[ -])"
_NO_GROUP_AFTER = r"(?![ -]\d)"
_CARD_GROUPS = r"(?:\d{12,15}|(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?|\d{2}[ -]\d{10,13})"
_CARD_WORD = r"(?<=(?:card|bank|acct|account|unionpay)(?:_?(?:no|num|number|id))?_?)"
_CARD = (
    *("银行卡", "卡号", "銀行卡", "卡號", "账号", "賬號", "帳號", "借记卡", "储蓄卡", "信用卡"),
    *("工资卡", "开户", "bank card", "card number", "card no", "unionpay"),
)
_LETTERS = "0-9A-HJ-NPQRTUWXY"


def _card(value: str) -> bool | None:
    # One number in ten passes: that confirms nothing.
    return None if passes_luhn(value) else False


FINANCE = (
    recogniser(
        "CnBankCardRecognizer",
        "CN_BANK_CARD",
        Pattern(
            "UnionPay",
            rf"{BEFORE}{_NO_GROUP_BEFORE}62\d{{2}}{_CARD_GROUPS}{_NO_GROUP_AFTER}{AFTER}",
            0.6,
        ),
        Pattern("UnionPay, behind a word", rf"{_CARD_WORD}62\d{{14,17}}{AFTER}", 0.6),
        Pattern(
            "other issuers (weak)",
            rf"{BEFORE}{_NO_GROUP_BEFORE}[34569]\d{{3}}{_CARD_GROUPS}{_NO_GROUP_AFTER}{AFTER}",
            0.1,
        ),
        context=_CARD,
        validate=_card,
        only_refutes=True,
    ),
    recogniser(
        "CnCreditCodeRecognizer",
        "CN_USCC",
        Pattern(
            "18 characters",
            rf"{BEFORE}[159ANY][1-59]\d{{6}}[{_LETTERS}]{{10}}{AFTER}",
            0.5,
        ),
        context=("社会信用代码", "信用代码", "统一代码", "税号", "纳税人识别号", "營業執照"),
        validate=is_credit_code,
    ),
)
