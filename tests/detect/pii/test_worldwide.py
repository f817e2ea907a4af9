"""Cards of every issuer and phone numbers of every country, where a word beside them says so."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector

ISSUERS = [
    ("4", 13), ("4", 16), ("4", 19), ("51", 16), ("2221", 16), ("2720", 16), ("34", 15),
    ("305", 14), ("36", 19), ("6011", 16), ("65", 19), ("3528", 16), ("2131", 15), ("1800", 15),
    ("62", 17), ("2200", 16), ("5018", 12), ("6304", 12),
]  # fmt: skip


def luhn_complete(digits):
    """The check digit by ISO/IEC 7812-1 annex B, worked out by hand."""
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = int(char) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


@st.composite
def cards(draw):
    prefix, length = draw(st.sampled_from(ISSUERS))
    rest = length - len(prefix) - 1
    middle = draw(st.text("0123456789", min_size=rest, max_size=rest))
    return luhn_complete(prefix + middle)


def found(text, entity):
    spans = PiiDetector(entities=(entity,)).detect([text]).to_pylist()
    return [text[s["start"] : s["end"]] for s in spans]


@given(cards(), st.sampled_from(["my card {}.", "Debit: {}!", "银行卡{}，", "ma carte {} svp"]))
def test_a_card_of_any_issuer_is_found_beside_its_word(card, sentence):
    grouped = " ".join(card[i : i + 4] for i in range(0, len(card), 4))
    assert card in found(sentence.format(card), "CREDIT_CARD")
    # Presidio takes the first 16 digits of a longer card for one, where they pass the check too.
    assert grouped in found(sentence.format(grouped), "CREDIT_CARD")


@pytest.mark.parametrize("apart", [".", "\t", "  ", "/", "_", "\u2011", "–", " ", "-", "\u00a0"])
@pytest.mark.parametrize("groups", [("4111", "1111", "1111", "1111"), ("3782", "822463", "10005")])
def test_a_card_is_found_whatever_stands_between_its_groups(apart, groups):
    card = apart.join(groups)
    assert found(f"my card {card}, thanks", "CREDIT_CARD") == [card]
    assert found(f"😀信用卡{card}。", "CREDIT_CARD") == [card]


def test_groups_apart_as_no_card_is_written_count_only_beside_their_word():
    assert found("sizes 4111.1111.1111.1111, ratio", "CREDIT_CARD") == []
    assert found("my card 4111.1111/1111-1111", "CREDIT_CARD") == []


@given(cards())
def test_a_wrong_check_digit_is_no_card(card):
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert found(f"my card {wrong}.", "CREDIT_CARD") == []


@pytest.mark.parametrize(
    "text", ["order 630427373391", "2131 6482 8176 497", "n=4131034282458809939"]
)
def test_a_number_without_the_word_is_no_card(text):
    assert found(text, "CREDIT_CARD") == []


PHONES = [
    ("Phone:\n60-56-85-91\n", "60-56-85-91"),
    ("Please call me on 01.84.17.61.18? I have", "01.84.17.61.18"),
    ("Tél. : 05 61 55 43 21", "05 61 55 43 21"),
    ("Telefoon 070-339 2207.", "070-339 2207"),
    ("телефон 8 (495) 123-45-67", "8 (495) 123-45-67"),
    ("ТЕЛЕФОН: 8 (495) 123-45-67", "8 (495) 123-45-67"),
    ("they are not answering at 78 651 450", "78 651 450"),
    ("(37) 788-063 Office", "(37) 788-063"),
    ("😀 Mobile: 0490 39 07 81", "0490 39 07 81"),
    ("(telefoonnummer: 0800-0231885).", "0800-0231885"),
    *((text, regex.search(r"[\d(].*\d", text)[0]) for text in (
        "Mobil: 0171/1234567", "Rufen Sie 0151 23456789 an", "Rufen Sie uns an: 0151 23456789",
        "Rufen Sie mich unter 0151/2345678 an", "Handynummer 0171–1234567", "Fon 089/123456",
        "Appelez-moi au 06 12 34 56 78", "mon numéro est le 06 12 34 56 78", "TÉL: 06 12 34 56 78",
        "télécopie : 01 23 45 67 89", "Llámame al 612 345 678", "mi número es 612 345 678",
        "chiamami al 347 1234567", "ligue para (11) 91234-5678", "Telemóvel: 912\u00a0345\u00a0678",
        "zadzwoń pod numer 601 234 567", "Tel. kom. 601-234-567", "komórka: 601 234 567",
        "volejte 601 234 567", "telefonní číslo: 601 234 567", "tlf. 22 33 44 55",
        "Puh. 040 123 4567", "Ring oss på 070-123 45 67", "bel 06-12345678", "mobiel 06 12345678",
        "Звоните по телефону 8-912-345-67-89", "МОБ. 8 912 345 67 89", "звоните 8 (912) 345-67-89",
        "факс: 8 495 123-45-67", "моб: 067 123 45 67", "τηλ. 210 1234567", "κινητό: 6912345678",
        "GSM: 0532 123 45 67", "cep telefonu: 0532 123 45 67", "telefon numaram 0532 123 45 67",
        "Điện thoại: 0912 345 678", "SĐT: 0912.345.678", "gọi số 0912 345 678",
        "โทรศัพท์: 02-123-4567", "เบอร์โทร 081-234-5678", "มือถือ081-234-5678",
        "お電話は03-1234-5678", "電話番号：090-1234-5678", "휴대폰 번호: 010-1234-5678",
        "연락처：010-1234-5678", "팩스 02-123-4567", "جوال 0501234567", "رقم الهاتف: 0501234567",
        "נייד: 050-1234567", "मोबाइल: 98765 43210", "ফোন: 01712-345678", "no hp 0812-3456-7890",
        "香港办事处电话：2345 6789",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), PHONES)
def test_an_announced_number_of_any_country_is_found(text, number):
    assert found(text, "PHONE_NUMBER") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "call 2001-2005", "Tel Aviv 1948 1967", "phone 12.05.2021", "contact 2020-01-31",
        "GSM 900/1800/1900", "Handy 850 1900 2100", "automobil 1234 5678", "label 06-12345678",
        "rx ring 256/4096",
        "スカラ電話 2020-01-31", "mobil 2001–2005", "прибор 8 912 345 67 89",
        "call 12 34", "recall 1234 5678", "text 3.14159265", "hotel 1234 5678", "office 1234567",
    ],
)  # fmt: skip
def test_years_dates_and_short_numbers_are_no_phones(text):
    assert found(text, "PHONE_NUMBER") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Phone:\t5551234", "5551234"),
        ("Fax\t1234567", "1234567"),
        ("电话\t62345678", "62345678"),
        ("Rufnummer:\t040 12345", "040 12345"),
        ("טל' 03-1234567", "03-1234567"),
        ("联系方式：6234 5678", "6234 5678"),
    ],
)
def test_whatever_parts_a_number_from_its_word_it_is_found(text, number):
    assert found(text, "PHONE_NUMBER") == [number]


@pytest.mark.parametrize(
    "number",
    [
        *("582-814-5862x8483", "(604)346-6001x665", "212-661-9391 ext. 12", "212-661-9391 Ext 12"),
        *("582-814-5862 x8483", "582-814-5862, ext. 12", "8 495 123-45-67 доб. 12"),
        *("2345 6789转12", "06 12 34 56 78 poste 12", "212-661-9391;ext=12"),
    ],
)
@pytest.mark.parametrize("text", ["call me at {} now", "phone: {}.", "тел. {}", "电话{}，"])
def test_an_announced_number_is_found_once_with_its_extension(text, number):
    assert found(text.format(number), "PHONE_NUMBER") == [number]


@pytest.mark.parametrize(
    "number",
    [
        *(
            "212-661-9391x12",
            "212-661-9391转12",
            "(212) 661-9391 ext 12",
            "+1 212-661-9391 доб. 12",
        ),
        *("＋１（２１２）５５５－０１２３", "２１２－５５５－０１２３", "212－555－0123"),
    ],
)
def test_what_is_written_as_a_number_is_found_without_a_word_in_full(number):
    assert found(f"see {number}.", "PHONE_NUMBER") == [number]


@pytest.mark.parametrize(
    "text",
    [
        *("call 10000000 iterations per second", "We call 1234567 the magic number."),
        *("dial 1 000 000", "call now 1 000 000 customers", "messages 1234567 sent"),
        *("answering 10 000 000 questions", "Ligue 1 2019 2020 season", "bel 20 000 000"),
        *("fon 1 000 000", "handy 10 000 000 copies", "desk 1234 5678", "cell 12345678 contains"),
        *("mobile: 1024 768 1080", "fax 1980 1990 2000", "tel. 1 500 000 euros"),
        *("appeler 3 000 000", "anrufen 15 000 000", "тел 1 000 000", "звонить 1 000 000 раз"),
        *("по номеру 1234567", "연락처 1000000", "携帯電話は1000000台", "电话1000000部"),
        *("拨打 10000000 次", "เบอร์ 1000000", "电话1234567部"),
    ],
)
def test_counts_years_and_sizes_are_no_phones(text):
    assert found(text, "PHONE_NUMBER") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Cell: 12345678", "12345678"),
        ("desk 020 7946 0018", "020 7946 0018"),
        ("dial (37) 788-063", "(37) 788-063"),
        ("call 555-1234", "555-1234"),
        ("need help call 1 877 424 2765 chat now", "1 877 424 2765"),
        ("appeler 78 65 14 50", "78 65 14 50"),
        ("звонить 8 912 345-67-89", "8 912 345-67-89"),
        ("по номеру 8 (912) 345-67-89", "8 (912) 345-67-89"),
    ],
)
def test_behind_a_word_of_other_meanings_what_is_written_as_a_number_is_one(text, number):
    assert found(text, "PHONE_NUMBER") == [number]
