"""What has the form of an identifier and stands where none does is no finding by default."""

import pytest

from datagov.detect.pii import PiiDetector

DETECTOR = PiiDetector()
EVERYTHING = PiiDetector(plausible_only=False, context_only=())

FALSE = (
    ("CREDIT_CARD", "weights == ['0.62831853071795865', '1.5']"),
    ("CREDIT_CARD", "+ 106179944855977*uk_45 +"),
    ("CREDIT_CARD", "https://www.facebook.com/4111111111111111/posts"),
    ("CREDIT_CARD", "20 0 4111111 111111111 165440 S 1.0"),
    ("CREDIT_CARD", "2900 4111 1111 1111 1111 3400 3500"),
    ("US_PASSPORT", "passport ![](https://user-images.example.com/5164225/120361028-fa9cd100.png)"),
    ("US_BANK_NUMBER", "bank account [64992671/64992671]"),
    ("US_SSN", "ssn, ISBN 978-951-39-4859-7"),
    ("IN_VOTER", "www.ncbi.nlm.nih.gov/pmc/articles/PMC3194801/"),
    ("PHONE_NUMBER", "Avogadro’s number 6.02214129"),
    ("PHONE_NUMBER", "Western Helicopters Limited (company number 02439215)"),
    ("PHONE_NUMBER", "issue number https://codereview.chromium.org/2504263004"),
    ("IP_ADDRESS", "Artikel 8.2.1.1 Een werkprogramma"),
    ("IP_ADDRESS", "Nummer 5.0.4.3 ab"),
    ("IP_ADDRESS", "assert a[::2, 1] == b"),
    ("IP_ADDRESS", "listen on 127.0.0.1:8080, ip 127.1.2.3"),
    ("IP_ADDRESS", "bind to 0.0.0.0"),
    ("IP_ADDRESS", "netmask 255.255.255.0"),
    ("IP_ADDRESS", "the IP address ::1"),
    ("US_PASSPORT", "LANG=en_US.UTF-8 Taint: 536870912"),
    ("US_BANK_NUMBER", "Taint-check: 536870912"),
    ("CN_LANDLINE", "Silk Street, London EC2Y 8DS, Tel 020 7588 1116"),
    ("EMAIL_ADDRESS", "https://unpkg.com/react@16.7.0/umd/react.js"),
    ("EMAIL_ADDRESS", "![](https://cdn.medium.com/max/8000/1*smf9YlD@2x.png)"),
)

TRUE = (
    ("CREDIT_CARD", "paid with 4111 1111 1111 1111."),
    ("CREDIT_CARD", "**4111111111111111**, 378282246310005"),
    ("CREDIT_CARD", "card=4111-1111-1111-1111;"),
    ("CREDIT_CARD", "卡号4111111111111111。"),
    ("US_PASSPORT", "passport number: 120361028."),
    ("US_BANK_NUMBER", "my bank account is 64992671, thanks"),
    ("US_SSN", "SSN: 457-55-5462"),
    ("CN_LANDLINE", "Guangzhou, China, tel 020 8333 3333"),
    ("CN_LANDLINE", "广州办事处电话020-8333 3333"),
    ("IN_VOTER", "voter card ABC1234567"),
    ("PHONE_NUMBER", "my phone number is 212-555-0123"),
    ("IP_ADDRESS", "Connecting to 172.25.10.170"),
    ("IP_ADDRESS", "PING fe80::1 from 2001:db8::2"),
    ("IP_ADDRESS", "your ip address is 8.2.1.1"),
    ("IP_ADDRESS", "dig @8.8.8.8, 8.2.1.1:8080"),
    ("EMAIL_ADDRESS", "write to ann.lee@example.org, please"),
)


MAILBOXES = (
    ("see https://example.com/unsubscribe?email={}&x=1", 1),
    ("联系:13812345678/{}", 1),
    ("QQ邮箱/{}", 1),
    ("/home/users/{}/inbox and https://mail.example.org/archives/list/{}/", 2),
    ("{}/{}", 2),
    ("user.email={}; to={}", 2),
    ("mailto:{}?cc={}", 2),
)


def kinds(detector: PiiDetector, text: str) -> set[str]:
    return set(detector.detect([text])["category"].to_pylist())


@pytest.mark.parametrize(("entity", "text"), FALSE)
def test_what_stands_where_no_identifier_does_is_left_out(entity: str, text: str) -> None:
    assert entity in kinds(EVERYTHING, text)
    assert entity not in kinds(DETECTOR, text)


@pytest.mark.parametrize(("entity", "text"), TRUE)
def test_what_stands_by_itself_is_found(entity: str, text: str) -> None:
    assert entity in kinds(DETECTOR, text)


@pytest.mark.parametrize(("text", "n"), MAILBOXES)
@pytest.mark.parametrize("address", ["jane.doe@example.com", "a+b@mail.example.co.uk"])
def test_an_address_is_found_without_its_path_and_key(text: str, n: int, address: str) -> None:
    text = text.format(*[address] * n)
    found = DETECTOR.detect([text]).to_pylist()
    found = [f for f in found if f["category"] == "EMAIL_ADDRESS"]
    assert [text[f["start"] : f["end"]] for f in found] == [address] * n


def test_a_sign_in_the_first_part_of_an_address_is_no_key() -> None:
    text = "bounce+user=example.com@lists.example.org"
    (found,) = DETECTOR.detect([text]).to_pylist()
    assert (found["start"], found["end"]) == (0, len(text))
