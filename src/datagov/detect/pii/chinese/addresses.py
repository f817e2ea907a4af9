"""Postal addresses: province, city, district, road, number, building, room.

Only with a number at a road or estate: a place alone is where many people are.
"""

from datagov.detect.pii.chinese.pattern import HAN, as_bytes, recogniser
from datagov.detect.pii.rules import Pattern

_PROVINCE = (
    "(?:北京|天津|上海|重庆|重慶|河北|山西|辽宁|遼寧|吉林|黑龙江|黑龍江|江苏|江蘇|浙江|安徽|福建|江西"
    "|山东|山東|河南|湖北|湖南|广东|廣東|海南|四川|贵州|貴州|云南|雲南|陕西|陝西|甘肃|甘肅|青海"
    "|台湾|台灣|臺灣|内蒙古|广西|廣西|西藏|宁夏|寧夏|新疆|香港|澳门|澳門|台北|臺北|高雄|新北)"
    "(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
)
_AREA = rf"(?:(?![住在于於至到址往寄是的]){HAN}){{1,6}}?(?:市|自治州|地区|盟|县|縣|区|區|旗|州)"
_STREET = (
    rf"{HAN}{{1,10}}?(?:路|大道|街道|大街|街|道|巷|弄|胡同|里|村|镇|鎮|乡|鄉|段|园|園|苑|庄"
    r"|小区|新村)"
)
_ESTATE = (
    rf"[A-Za-z]{{0,8}}(?:(?![的是和及与在]){HAN}){{1,10}}?"
    r"(?:大厦|大廈|大楼|广场|廣場|花园|花園|公寓|中心|小区|家园|新村|苑|城)"
)
_DIGITS = r"(?:\d{1,5}(?:[-之]\d{1,4})?|[一二三四五六七八九十百]{1,4})"
_NUMBER = rf"(?:{_DIGITS} ?(?:号院|號院|号楼|號樓|号|號|弄|巷)|[A-Z]座)"
_ROOM = (
    rf"(?:(?:附|之)?[0-9A-Z]{{1,5}}(?:-\d{{1,4}})?"
    rf"(?:号楼|號樓|号|號|栋|棟|幢|座|楼|樓|单元|單元|层|層|室|房|户|F)|[东西南北主副東]塔楼?|{_ESTATE}){{0,5}}"
    rf"(?:[0-9A-Z]{{1,3}}-\d{{2,4}}(?:-\d{{1,4}})?|\d{{3,4}})?"
)
_BEGINS = rf"(?:(?<!{HAN})|(?<=[住在于於至到址往寄自从]))"
"""Where a place without its province may begin: Han text has no other mark of it."""

_HAN_BYTES = r"(?:(?:\xe3[\x90-\xbf]|[\xe4-\xe9][\x80-\xbf])[\x80-\xbf])"
_SEEN = (
    rf"{_HAN_BYTES}\x20?"
    rf"(?:(?:[0-9]{{1,5}}(?:(?:-|之)[0-9]{{1,4}})?|一|二|三|四|五|六|七|八|九|十|百)\x20?(?:号|號|弄|巷)"
    rf"|[A-Z]座)(?:[0-9A-Z-]|{_HAN_BYTES})*"
)
"""The number of a house; what is behind it has Han characters, letters and digits alone."""

ADDRESSES = (
    recogniser(
        "CnAddressRecognizer",
        "CN_ADDRESS",
        Pattern(
            "region, road and number",
            rf"(?:{_PROVINCE}(?:{_AREA}){{0,3}}|{_BEGINS}(?:{_AREA}){{1,3}})"
            rf"(?:{_STREET}){{1,3}} ?{_NUMBER}{_ROOM}(?:(?<![0-9A-Za-z])|(?![0-9A-Za-z]))",
            0.6,
            as_bytes(_SEEN),
        ),
    ),
)
