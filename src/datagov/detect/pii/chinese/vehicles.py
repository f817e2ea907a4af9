"""Vehicle plates: GA 36-2018, new-energy plates with six characters among them."""

from datagov.detect.pii.chinese.pattern import WEAK, as_bytes, recogniser
from datagov.detect.pii.rules import Pattern

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SERIAL = "A-HJ-NP-Z0-9"
_AFTER = r"(?![0-9A-Za-z_])"
OLD_ARMED_POLICE = "armed police until 2012"


def _plate(value: str) -> bool | None:
    # Plates have two digits at least; words and model names behind a province have fewer.
    return None if sum(char.isdigit() for char in value) >= 2 else False


VEHICLES = (
    recogniser(
        "CnVehiclePlateRecognizer",
        "CN_VEHICLE_PLATE",
        Pattern(
            "civil",
            # O was for the police and offices.
            rf"[{_PROVINCE}][A-HJ-Z][·•・.\- ]?"
            rf"(?:[{_SERIAL}]{{4}}[{_SERIAL}挂学警港澳]|[A-HJK][{_SERIAL}]\d{{4}}|\d{{5}}[A-HJK])"
            rf"{_AFTER}",
            0.5,
            as_bytes(
                rf"(?:{'|'.join(_PROVINCE)})[A-HJ-Z](?:·|•|・|[.\x20-])?"
                rf"[{_SERIAL}]{{4}}(?:[{_SERIAL}]{{1,2}}|挂|学|警|港|澳)"
            ),
        ),
        Pattern(
            "civil, apart (weak)",
            rf"[{_PROVINCE}][ ·•・][A-HJ-Z][·•・.\- ]?[{_SERIAL}]{{5,6}}{_AFTER}",
            WEAK,
            as_bytes(
                rf"(?:{'|'.join(_PROVINCE)})(?:·|•|・|\x20)[A-HJ-Z](?:·|•|・|[.\x20-])?"
                rf"[{_SERIAL}]{{5,6}}"
            ),
        ),
        Pattern(
            "embassies and consulates",
            rf"(?:使\d{{6}}|(?<!\d)\d{{6}}使|[{_PROVINCE}][A-HJ-NP-Z]\d{{4}}领){_AFTER}",
            0.5,
            as_bytes(r"使[0-9]{6}|[0-9]{6}使|[A-HJ-NP-Z][0-9]{4}领"),
        ),
        Pattern(
            "armed police",
            rf"(?<![0-9A-Za-z_])WJ[·• ]?[{_PROVINCE}][·• ]?\d{{4}}[{_SERIAL}]{_AFTER}",
            0.6,
            as_bytes(
                rf"WJ(?:·|•|\x20)?(?:{'|'.join(_PROVINCE)})(?:·|•|\x20)?[0-9]{{4}}[{_SERIAL}]"
            ),
        ),
        Pattern(
            OLD_ARMED_POLICE,
            r"(?<![0-9A-Za-z_\-])WJ(?:0[1-9]|[12]\d|3[0-4])[-· ]\d{5}(?![0-9A-Za-z_\-])",
            0.5,
            as_bytes(r"WJ[0-3][0-9](?:-|·|\x20)[0-9]{5}"),
        ),
        Pattern(
            "military (weak)",
            rf"(?<![0-9A-Za-z_])[A-Z]{{2}}[·• ]?\d{{5}}{_AFTER}",
            WEAK,
            as_bytes(r"[A-Z]{2}(?:·|•|\x20)?[0-9]{5}"),
        ),
        context=("车牌", "車牌", "号牌", "军车", "軍車", "车号", "license plate"),
        validate=_plate,
        only_refutes=True,
    ),
)
