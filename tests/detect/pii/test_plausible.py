"""What has the form of an identifier and stands where none does is no finding by default."""

import time

import pytest

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.chinese.pattern import recogniser
from datagov.detect.pii.rules import Pattern

DETECTOR = PiiDetector()
EVERYTHING = PiiDetector(plausible_only=False, context_only=())

FALSE = (
    ("CREDIT_CARD", "weights == ['0.62831853071795865', '1.5']"),
    ("CREDIT_CARD", "+ 106179944855977*uk_45 +"),
    ("CREDIT_CARD", "https://www.facebook.com/4111111111111111/posts"),
    ("CREDIT_CARD", "20 0 4111111 111111111 165440 S 1.0"),
    ("CREDIT_CARD", "2900 4111 1111 1111 1111 3400 3500"),
    ("CREDIT_CARD", "4111 1111 1111 1111 3400 123"),
    ("CREDIT_CARD", "4111 1111 1111 1111 1227 3400 3500"),
    ("CREDIT_CARD", "2900 4111 1111 1111 1111 1227"),
    ("CREDIT_CARD", "41111111-11111111-12345"),
    ("CREDIT_CARD", "4111111111111111/3427/12"),
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
    ("IP_ADDRESS", "### 10.2.3.1 Scope"),
    ("IP_ADDRESS", "###11.2.3.1 IP addresses of hosts"),
    ("IP_ADDRESS", "Section 4.2.3.1 on IP routing"),
    ("IP_ADDRESS", "see 1.1.1.1, 4.4.4.4 and 1.1.1.1.2"),
    ("IP_ADDRESS", "wget openfoo-connect-81.92.3.110.dmg"),
    ("IP_ADDRESS", "package-10.2.3.1.tar.gz and the ip of 81.2.3.4.zip"),
    ("IP_ADDRESS", "cd foo_release-81.92.32.3-beta/, ip route"),
    ("IP_ADDRESS", "IP log: Mozilla/5.0 (X11) Chrome/120.1.2.3 Safari"),
    ("IP_ADDRESS", "ip client version 81.92.103.4, version: '81.92.103.5'"),
    ("IP_ADDRESS", "当前版本为81.92.103.4"),
    ("IP_ADDRESS", "Server: nginx/81.92.103.4"),
    ("IP_ADDRESS", "pip 20.1.3.4 from /usr/lib"),
    ("IP_ADDRESS", "pip install foo==20.1.3.4 'bar[x] >= 81.92.103.4'"),
    ("IP_ADDRESS", "ip: redis (7.92.3.4)"),
    ("IP_ADDRESS", "the ip range 81.92.0.0/16, 81.92.103.0/24 and 2a01:4f8::/32"),
    ("IP_ADDRESS", "the ip range 81.92.103.16/28, 81.92.103.128/25 and 81.92.103.0/8"),
    ("IP_ADDRESS", "the ips 81.92.0.0 - 81.92.255.255"),
    ("IP_ADDRESS", "81.92.103.0    0.0.0.0         255.255.252.0   U     0 eth1"),
    ("IP_ADDRESS", "route add -net 81.92.103.0 netmask 255.255.255.0"),
    ("IP_ADDRESS", "ip route 81.92.103.0 255.255.255.0 10.0.0.1"),
    ("IP_ADDRESS", "ip in Python 3.7::"),
    ("IP_ADDRESS", "dig -x: 4.103.168.192.in-addr.arpa, ip"),
    ("CREDIT_CARD", "tracker 687168111412131 amp ev, 67280421310721"),
    ("CREDIT_CARD", "user_id=4111111111111111; tweet 4111111111111111"),
    ("CREDIT_CARD", "{'pixel_id': '4111111111111111'}"),
    ("CN_QQ", "校对者：[qq12345678](https://git.example.com/qq12345678)"),
    ("CN_QQ", "译者 @qq12345678"),
    ("CN_WECHAT", "https://example.com/?a=1&weixin=abc_12345"),
    ("CN_VEHICLE_PLATE", "part WJ01-12345 in stock"),
    ("CN_VEHICLE_PLATE", "零件编号：WJ01-12345"),
    ("CA_SIN", "y = sin(x) + Rational(2422020029, 130692544)"),
    ("PHONE_NUMBER", "number of frames 16.024500 then"),
    ("PHONE_NUMBER", "a number of calls on 05 2011 0"),
    ("PHONE_NUMBER", "(1608–1647) was called a number"),
    ("PHONE_NUMBER", "phone subnet 192.168.0.0/16"),
    ("PHONE_NUMBER", "rights under DFARS 252-227-7013"),
    ("US_PASSPORT", "LANG=en_US.UTF-8 Taint: 536870912"),
    ("US_BANK_NUMBER", "Taint-check: 536870912"),
    ("CN_LANDLINE", "Silk Street, London EC2Y 8DS, Tel 020 7588 1116"),
    ("EMAIL_ADDRESS", "https://unpkg.com/react@16.7.0/umd/react.js"),
    ("EMAIL_ADDRESS", "![](https://cdn.medium.com/max/8000/1*smf9YlD@2x.png)"),
)

TRUE = (
    ("CREDIT_CARD", "paid with 4111 1111 1111 1111."),
    ("CREDIT_CARD", "4111 1111 1111 1111 12/27 123"),
    ("CREDIT_CARD", "4111 1111 1111 1111 1227 123"),
    ("CREDIT_CARD", "4111-1111-1111-1111-1227"),
    ("CREDIT_CARD", "3782 822463 10005 122027 1234"),
    ("CREDIT_CARD", "4111111111111111/12/27/123"),
    ("CREDIT_CARD", "4111111111111111-12/2027-123"),
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
    ("IP_ADDRESS", "Connecting to 172.125.10.170"),
    ("IP_ADDRESS", "PING 2a01:4f8:c17::1 from 2a01:4f8:c17::2"),
    ("IP_ADDRESS", "GET - DIRECT/81.92.103.4 text/html"),
    ("IP_ADDRESS", "node/81.92.103.4:80"),
    ("IP_ADDRESS", "disk/by-path/ip-81.92.103.4:3260"),
    ("IP_ADDRESS", "ssh ann@81.92.103.4"),
    ("IP_ADDRESS", "inet 81.92.103.4/24"),
    ("IP_ADDRESS", "curl -v 81.92.103.4"),
    ("IP_ADDRESS", "inet 81.92.103.17/28, mask 255.255.255.240"),
    ("IP_ADDRESS", "our block is 81.92.103.16/29"),
    ("IP_ADDRESS", "inet 81.92.103.4 netmask 255.255.255.0 broadcast"),
    ("IP_ADDRESS", "host 81.92.103.0 answers"),
    ("IP_ADDRESS", "80.92.103.81.in-addr.arpa"),
    ("IP_ADDRESS", "::ffff:81.92.103.4 is mapped"),
    ("IP_ADDRESS", "IP version: 91.198.174.192"),
    ("IP_ADDRESS", "if ip==81.92.103.4 then"),
    ("IP_ADDRESS", "filter ip.addr == 81.92.103.5"),
    ("IP_ADDRESS", "docker 81.92.103.4:2375"),
    ("IP_ADDRESS", "ip of my-redis 8.2.1.4"),
    ("IP_ADDRESS", "ssh git@81.92.103.4"),
    ("IP_ADDRESS", "mysql 81.92.103.4"),
    ("IP_ADDRESS", "ip.src==81.92.103.4"),
    ("CREDIT_CARD", "paid by card id 4111111111111111"),
    ("CREDIT_CARD", "order: 4111 1111 1111 1111"),
    ("CREDIT_CARD", "Maestro card 6759649826438453, 676770000000003"),
    ("CN_QQ", "加qq12345678聊，见https://example.com，QQ：12345678"),
    ("CN_QQ", "QQ：12345678/VX"),
    ("CN_VEHICLE_PLATE", "一辆WJ01-12345停在门口"),
    ("CA_SIN", "my SIN is 130 692 544"),
    ("PHONE_NUMBER", "the phone number 030.12345678"),
    ("PHONE_NUMBER", "phone number 212.5550123"),
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
    ("setup(author_email='{}', b'{}')", 2),
    ("send --from={{{{{}}}}} to `{}`", 2),
    ("我通过和`{}`的交流", 1),
    ("mailto:{}?cc={}", 2),
    ("[mail](http://{}) and mailto://{}/, https://lists.example.org/archive/{}/", 3),
    ("ask at https://example.org: {}", 1),
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


@pytest.mark.parametrize(
    "names",
    [
        *("{ann,bob}", "{ann, bob-lee, c.d_e+f}", "{ann;bob}", "{ann|bob}", "(ann,bob)"),
        *("[ann, bob]", "<ann,bob>", "{ ann , bob }", "\\{ann, bob\\}"),
        *("{" + ", ".join(f"person{i}" for i in range(n)) + "}" for n in (25, 64)),
        *("{" + ",".join(letter * 64 for letter in "abcdefgh" * 8) + "}", "{ann,b,7}"),
    ],
)
@pytest.mark.parametrize("text", ["see {}@cs.example.edu.", "😀{} @cs.example.co.uk，是"])
def test_the_mailboxes_of_several_people_of_a_host_are_found_as_one(names: str, text: str) -> None:
    text = text.format(names)
    (found,) = DETECTOR.detect([text]).to_pylist()
    assert found["category"] == "EMAIL_ADDRESS"
    value = text[found["start"] : found["end"]]
    assert value.startswith(names)
    assert value.endswith((".edu", ".co.uk"))


def test_more_people_than_a_pattern_takes_are_found_as_one() -> None:
    names = "{" + ", ".join(f"person{i}" for i in range(500)) + "}"
    (found,) = DETECTOR.detect([f"see {names}@example.edu."]).to_pylist()
    assert (found["start"], found["end"]) == (4, 4 + len(names) + len("@example.edu"))


@pytest.mark.parametrize("host", [f"{'h' * 63}.{'k' * 63}.example.edu", "{cs,ee}.example.edu"])
def test_people_of_a_long_host_or_of_several_are_found_as_one(host: str) -> None:
    text = f"see {{ann,bob}}@{host}."
    (found,) = DETECTOR.detect([text]).to_pylist()
    assert text[found["start"] : found["end"]] == text[4:-1]


@pytest.mark.parametrize(
    "text",
    [
        "print(a, b) @decorator.property",
        "f(xs, ys)@z.com",
        "List<Integer, String>@foo.bar",
        "{1, 2, 3}@example.com",
        "f(a, b) @ x.T",
        "f(a, b)\n@app.run",
        "f(a,b)@property.fget",
        "{a,b}@host",
        "${user}@cs.example.edu",
        "[x]@y.zz9",
    ],
)
def test_what_stands_in_brackets_before_an_at_sign_is_no_mailbox(text: str) -> None:
    assert "EMAIL_ADDRESS" not in kinds(DETECTOR, text)


NETWORKS = (
    *("10.11.12.13", "172.16.5.6", "172.31.5.6", "192.168.7.8", "169.254.7.8", "100.64.9.9"),
    *("192.0.2.44", "198.51.100.44", "203.0.113.44", "198.18.4.4", "224.1.2.3", "239.255.1.2"),
    *("255.255.255.255", "240.1.2.3", "::ffff:10.11.12.13", "192.168.7.8/24"),
    *("192.88.99.1", "2002:c0a8:101::1", "2002:a0b:c0d::", "2002:c058:6301::"),
    *("fc00:1:2::3", "fd12:3456:789a::1", "fe80::12:34ff:fe56:789a", "2001:db8:1::2", "ff02::1:2"),
)


@pytest.mark.parametrize("address", NETWORKS)
@pytest.mark.parametrize("text", ["connect to {} now", "the IP address {}", "服务器IP地址{}的"])
def test_private_and_reserved_addresses_are_nobodys(address: str, text: str) -> None:
    assert "IP_ADDRESS" in kinds(EVERYTHING, text.format(address))
    assert "IP_ADDRESS" not in kinds(DETECTOR, text.format(address))


@pytest.mark.parametrize(
    "address",
    [
        *("11.0.1.1", "172.15.5.6", "172.32.5.6", "192.169.7.8", "100.128.9.9", "223.5.6.7"),
        *("2a01::5", "192.88.98.1", "2002:5bc6:aec0::1", "2001:db9::1"),
    ],
)
def test_addresses_beside_the_private_ones_are_found(address: str) -> None:
    assert "IP_ADDRESS" in kinds(DETECTOR, f"the IP address {address}")


@pytest.mark.parametrize(
    "text",
    [
        "git clone git@git.example.com:team/project.git",
        "hg init ssh://hg@hg.example.org/sandbox",
        "Message-ID: <48s5r7b@news.example.edu>",
        "https://lore.example.org/lkml/CAJZ5v0iQk8ytZ0953U6Vr62J9UeC8Z9@mail.gmail.com/",
        "clone https://token:${CI_TOKEN}@git.example.com/team",
        "[ann@host.example.com ~]$ ls",
        "https://lore.kernel.org/dri-devel/87ee6f5h9u.fsf@mail.example.com/",
        "https://lkml.kernel.org/r/510611.1641942444@host.example.org.uk",
        "https://public-inbox.org/git/cover.164.git.x@mail.example.com/T/#u",
        "http://login:password@site.example.com (rarely used)",
        "matrixs://username:pass.word@matrix.example.org/#/room",
        "ftp://ann@host.example.com/pub and http://ann@host.example.com:8080",
        "scp notes.txt ann@host.example.com:~/notes",
        "Broadcast message from root@vps.example.com (Mon)",
        "ciphers aes128-gcm@openssh.com",
    ],
)
def test_a_login_an_algorithm_and_the_id_of_a_message_are_no_mailbox(text: str) -> None:
    assert "EMAIL_ADDRESS" in kinds(EVERYTHING, text)
    assert "EMAIL_ADDRESS" not in kinds(DETECTOR, text)


def test_a_sign_in_the_first_part_of_an_address_is_no_key() -> None:
    text = "bounce+user=example.com@lists.example.org"
    (found,) = DETECTOR.detect([text]).to_pylist()
    assert (found["start"], found["end"]) == (0, len(text))


def test_what_rules_of_ones_own_find_is_meant() -> None:
    own = recogniser("Hosts", "IP_ADDRESS", Pattern("ours", r"10\.9\.8\.7", 0.9, r"10\.9\.8\.7"))
    detector = PiiDetector(deny=(own,))
    assert "IP_ADDRESS" in kinds(detector, "host 10.9.8.7 is down")
    assert "IP_ADDRESS" not in kinds(detector, "host 10.9.8.6 is down")


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("EMAIL_ADDRESS", "References\nann.lee@example.com"),
        ("EMAIL_ADDRESS", "See references ann@corp.example.com"),
        ("EMAIL_ADDRESS", "Email ann@corp.example.com /bob[1]$5"),
        ("EMAIL_ADDRESS", "{ann,bob}@cs.example.edu"),
        ("EMAIL_ADDRESS", "skip@openssh.com is me"),
        ("IP_ADDRESS", "dhcp-91.198.174.192.example.com"),
        ("IP_ADDRESS", "blocked-91.198.174.192 for a day"),
        ("IP_ADDRESS", "New build\n91.198.174.192 connected"),
        ("IP_ADDRESS", "Revision: 91.198.174.192 (talk)"),
        ("IP_ADDRESS", "Master/91.198.174.192:7077"),
        ("IP_ADDRESS", "91.198.174.192.dist.isp.example.net"),
        ("IP_ADDRESS", '47.12.33.9 - - [10/Oct/2000:00:00] "GET"'),
        ("IP_ADDRESS", "Invalid user admin from 8.33.12.90 port 4000"),
        ("IP_ADDRESS", "remote_addr=8.33.12.90"),
        ("IP_ADDRESS", "登录IP:47.94.22.8"),
        ("CN_QQ", "加微信/qq12345678"),
        ("CN_QQ", "http://abc.example.com/,QQ:12345678"),
        ("CREDIT_CARD", "Payment for order 4111111111111111 with card"),
        ("CREDIT_CARD", "in case 4111111111111111"),
        ("PERSON", "姓名：王太平"),
        ("PERSON", "李太平先生"),
        ("PERSON", "directed by Roman Polanski"),
    ],
)
def test_what_only_resembles_such_is_found(entity: str, text: str) -> None:
    assert entity in kinds(DETECTOR, text)


def test_an_apostrophe_within_a_mailbox_is_no_quote() -> None:
    text = "'sean.o'neil@example.com'"
    (span,) = DETECTOR.detect([text]).to_pylist()
    assert text[span["start"] : span["end"]] == "sean.o'neil@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "upgraded from 1.2.3.4 to 1.2.3.5",
        "gzip-1.120.3.4, photo-1.120.3.4",
        "node-14.120.3.4.tar.gz, tool_91.198.174.192.orig.tar.gz",
    ],
)
def test_what_only_ends_as_a_word_for_a_host_announces_none(text: str) -> None:
    assert "IP_ADDRESS" in kinds(EVERYTHING, text)
    assert "IP_ADDRESS" not in kinds(DETECTOR, text)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["a, ", "abc;", "b}@x.com ", "{a, b}@x.com ", "{a, "])
def test_time_for_groups_of_mailboxes_grows_with_the_length_alone(unit):
    def seconds(n_chars):
        begin = time.process_time()
        DETECTOR.detect([unit * (n_chars // len(unit)) + "b}@x.com"])
        return time.process_time() - begin

    seconds(1000)
    # Quadratic time would be sixty-four times as much.
    assert seconds(240_000) < 24 * seconds(30_000) + 0.3
