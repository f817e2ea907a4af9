"""Each kind of Chinese identifier, as people write it, and what looks like one and is none."""

import datetime as dt

import pytest
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.chinese.checks import (
    is_credit_code,
    is_foreigner_id,
    is_hong_kong_id,
    is_resident_id,
    is_taiwan_id,
)

ENTITIES = tuple(sorted({each.entity for each in CHINESE_RECOGNISERS}))
DETECTOR = PiiDetector(entities=ENTITIES)


def found(text):
    table = DETECTOR.detect([text])
    columns = (table[name].to_pylist() for name in ("category", "start", "end"))
    return [(kind, text[start:end]) for kind, start, end in zip(*columns, strict=True)]


FOUND = [
    ("公司电话010-62345678。", "CN_LANDLINE", "010-62345678"),
    ("傳真（０２１）６２３４－５６７８", "CN_LANDLINE", "（０２１）６２３４－５６７８"),
    ("联系电话07552345678转123。", "CN_LANDLINE", "07552345678转123"),
    ("客服热线400-820-8820", "CN_SERVICE_NUMBER", "400-820-8820"),
    ("护照号码E12345678", "CN_PASSPORT", "E12345678"),
    ("護照EA1234567號", "CN_PASSPORT", "EA1234567"),
    ("港澳通行证C12345678", "CN_HK_MACAU_PERMIT", "C12345678"),
    ("回乡证H1234567890有效", "CN_HK_MACAU_PERMIT", "H1234567890"),
    ("台胞证号码12345678", "CN_TAIWAN_PERMIT", "12345678"),
    ("车牌京A12345和", "CN_VEHICLE_PLATE", "京A12345"),
    ("车主的粤B·D12345还", "CN_VEHICLE_PLATE", "粤B·D12345"),
    ("沪AD12345", "CN_VEHICLE_PLATE", "沪AD12345"),
    ("货车苏E1234挂", "CN_VEHICLE_PLATE", "苏E1234挂"),
    ("微信号：wx_abc123，", "CN_WECHAT", "wx_abc123"),
    ("加我微信abc12345678", "CN_WECHAT", "abc12345678"),
    ("VX: hello_2020 ", "CN_WECHAT", "hello_2020"),
    ("微信/QQ：abc_12345", "CN_WECHAT", "abc_12345"),
    ("WeChat/QQ：abc_12345", "CN_WECHAT", "abc_12345"),
    ("QQ/微信:12345678", "CN_QQ", "12345678"),
    ("QQ和微信号12345678", "CN_QQ", "12345678"),
    ("Q Q：12345678", "CN_QQ", "12345678"),
    ("Q群12345678", "CN_QQ", "12345678"),
    ("my wechat id abc12345", "CN_WECHAT", "abc12345"),
    ("WeChat ID: abc12345", "CN_WECHAT", "abc12345"),
    ("my WeChat is abc12345, ok", "CN_WECHAT", "abc12345"),
    ("微信号 abc_123", "CN_WECHAT", "abc_123"),
    ("加V：abc12345", "CN_WECHAT", "abc12345"),
    ("加vx abc12345", "CN_WECHAT", "abc12345"),
    ("＋V：abc12345", "CN_WECHAT", "abc12345"),
    ("车牌号京A12345", "CN_VEHICLE_PLATE", "京A12345"),
    ("license plate京A12345", "CN_VEHICLE_PLATE", "京A12345"),
    ("车牌：京 A12345", "CN_VEHICLE_PLATE", "京 A12345"),
    ("车牌号：京·A·12345", "CN_VEHICLE_PLATE", "京·A·12345"),
    ("粤O12345", "CN_VEHICLE_PLATE", "粤O12345"),
    ("新O2O平台", None, ""),
    ("腾讯云 A12345", None, ""),
    ("y = x+v abc12345", None, ""),
    ("WeChat is opensource_2", None, ""),
    ("，QQ：123456789。", "CN_QQ", "123456789"),
    ("扣扣群 12345678", "CN_QQ", "12345678"),
    ("军官证号：南字第01234567号", "CN_MILITARY_ID", "南字第01234567号"),
    ("香港身份证A123456(3)", "HK_ID", "A123456(3)"),
    ("身分證字號A123456789", "TW_ID", "A123456789"),
    ("澳門居民1234567(8)", "MO_ID", "1234567(8)"),
    ("Macao ID card 1234567(8)", "MO_ID", "1234567(8)"),
    ("社保卡号12345678X", "CN_SOCIAL_SECURITY", "12345678X"),
    (
        "🙂家住北京市朝阳区建国路88号院5号楼1203室，",
        "CN_ADDRESS",
        "北京市朝阳区建国路88号院5号楼1203室",
    ),
    (
        "寄往深圳市南山区科技园路12号创新大厦8栋902。",
        "CN_ADDRESS",
        "深圳市南山区科技园路12号创新大厦8栋902",
    ),
    ("地址：臺北市信義區市府路1號", "CN_ADDRESS", "臺北市信義區市府路1號"),
    ("台湾通行证T12345678", "CN_TAIWAN_PERMIT", "T12345678"),
    ("警车WJ京0123X停", "CN_VEHICLE_PLATE", "WJ京0123X"),
    ("武警WJ京12345", "CN_VEHICLE_PLATE", "WJ京12345"),
    ("身份证：11010519491231002Ⅹ", "CN_RESIDENT_ID", "11010519491231002Ⅹ"),
    ("ID11010519491231002X", "CN_RESIDENT_ID", "11010519491231002X"),
    ("card_6222021234567890128", "CN_BANK_CARD", "6222021234567890128"),
    ("军官证号南字第0123456号", "CN_MILITARY_ID", "南字第0123456号"),
    ("军官证南字第0123456号", "CN_MILITARY_ID", "南字第0123456号"),
    (
        "广州市天河区体育东路116号财富广场东塔18楼，",
        "CN_ADDRESS",
        "广州市天河区体育东路116号财富广场东塔18楼",
    ),
    ("朝阳区建国路88号SOHO现代城的", "CN_ADDRESS", "朝阳区建国路88号SOHO现代城"),
    ("统一社会信用代码91110000100000000", None, ""),
    ("img_6222021234567890128", None, ""),
    ("ID11010519491231003X", None, ""),
    ("1a11010519491231002X", None, ""),
    ("AWJ京0123X", None, ""),
    ("3月5号，第1号文件，2020年12号令", None, ""),
    ("2020-12345678是编号", None, ""),
    ("E12345678 是零件号", None, ""),
    ("京东A轮融资，云A2", None, ""),
    ("wx.App(MyApp) 和 wxID_ANY", None, ""),
    ("vx = velocity_x", None, ""),
    ("wx=width_x1;", None, ""),
    ("加我vx=abc12345", "CN_WECHAT", "abc12345"),
    ("WeChat one-to-one chat", None, ""),
    ("订单12345678已发货", None, ""),
    ("北京市朝阳区的人口", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_what_is_written_is_found_and_nothing_else(text, kind, value):
    assert found(text) == ([(kind, value)] if kind else [])


def test_ids_in_groups_are_found():
    number = Faker("zh_CN").ssn()
    grouped = f"{number[:6]} {number[6:14]} {number[14:]}"
    assert found(f"身份证{grouped}。") == [("CN_RESIDENT_ID", grouped)]


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), st.data())
def test_credit_codes_agree_with_an_independent_implementation(organisation, data):
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(w * int(c, 36) for w, c in zip(weights, organisation, strict=True))
    inner = organisation + "0123456789X0"[(11 - total % 11) % 11 if total % 11 else 0]
    front = "91" + data.draw(st.sampled_from(("110000", "440300", "650100")))
    code = front + inner
    code += uscc.calc_check_digit(code)
    assert uscc.is_valid(code)
    assert is_credit_code(code)
    other = data.draw(st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
    assert is_credit_code(code[:17] + other) is (other == code[17])


def test_the_codes_of_known_companies_pass():
    # As published by the companies themselves.
    assert is_credit_code("91440300708461136T")
    assert is_credit_code("914403001922038216")


@given(st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)), st.integers(0, 999))
def test_foreigners_have_the_check_digit_of_residents(born, sequence):
    front = f"911156{born:%Y%m%d}{sequence:03}"
    number = front + ric.calc_check_digit(front + "0")
    assert is_foreigner_id(number)
    assert not is_resident_id(number)
    # Such a number may by chance be a credit code as well.
    assert ("CN_FOREIGNER_PERMIT", number) in found(f"永久居留证{number}")


def test_identity_cards_of_hong_kong_and_taiwan_have_check_digits():
    # The examples of the Immigration Department and of the Ministry of the Interior.
    assert is_hong_kong_id("A123456(3)")
    assert is_hong_kong_id("AB987654(3)")
    assert not is_hong_kong_id("A123456(4)")
    assert is_taiwan_id("A123456789")
    assert not is_taiwan_id("A123456788")
