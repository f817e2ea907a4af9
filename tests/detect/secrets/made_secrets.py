"""Secrets of every kind, drawn when a test runs: none stands in the source of a test.

The checksums are worked out here once more, from their publications.
"""

import base64
import json
import string
import zlib
from dataclasses import dataclass
from random import Random

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
HEX = DIGITS + "abcdef"
BASE62 = DIGITS + UPPER + LOWER
URL_SAFE = BASE62 + "-_"
CONSONANTS = "BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@dataclass(frozen=True)
class Made:
    """A secret as it stands in a text: between what comes before and behind it."""

    rule: str
    category: str
    value: str
    before: str = ""
    after: str = ""

    @property
    def text(self):
        return self.before + self.value + self.after


def draw(rng, alphabet, n):
    return "".join(rng.choice(alphabet) for _ in range(n))


def in_base(number, alphabet, width):
    digits = []
    for _ in range(width):
        number, digit = divmod(number, len(alphabet))
        digits.append(alphabet[digit])
    return "".join(reversed(digits))


def with_base62_checksum(rng, prefix, n=30):
    body = draw(rng, BASE62, n)
    return prefix + body + in_base(zlib.crc32(body.encode()), BASE62, 6)


def routable_gitlab(rng):
    payload = base64.urlsafe_b64encode(b"o:1\nu:7" + rng.randbytes(16) + b"\x10")
    body = "glpat" + "-" + payload.decode().rstrip("=") + ".01."
    body += in_base(len(payload.rstrip(b"=")), DIGITS + LOWER, 2)
    return body + in_base(zlib.crc32(body.encode()), DIGITS + LOWER, 7)


def grafana(rng):
    body = "glsa" + "_" + draw(rng, BASE62, 32)
    return body + "_" + zlib.crc32(body.encode()).to_bytes(4, "little").hex()


def age(rng):
    """A Bech32 string (BIP 173) with the prefix of age's secret keys."""

    def polymod(values):
        check = 1
        for value in values:
            top = check >> 25
            check = (check & 0x1FFFFFF) << 5 ^ value
            for i, generator in enumerate(
                [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]
            ):
                check ^= generator if (top >> i) & 1 else 0
        return check

    prefix = "age-secret-key-"
    data = [rng.randrange(32) for _ in range(52)]
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    rest = polymod(head + data + [0] * 6) ^ 1
    data += [(rest >> 5 * (5 - i)) & 31 for i in range(6)]
    return (prefix + "1" + "".join(BECH32[d] for d in data)).upper()


def pypi(rng):
    body = b"\x02\x01\x08pypi.org\x02\x24" + rng.randbytes(36) + b"\x00\x00\x06\x20"
    return "pypi" + "-" + base64.urlsafe_b64encode(body + rng.randbytes(32)).decode().rstrip("=")


def discord(rng):
    number = base64.b64encode(str(rng.randrange(10**17, 10**18)).encode()).decode().rstrip("=")
    return f"{number}.{draw(rng, BASE62, 6)}.{draw(rng, BASE62, 27)}"


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(rng):
    claims = {"sub": draw(rng, HEX, 12), "exp": rng.randrange(10**9)}
    header = json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode()
    first = base64.urlsafe_b64encode(header).decode().rstrip("=")
    return f"{first}.{part(claims)}.{draw(rng, BASE62, 43)}"


def pem(rng, kind="RSA PRIVATE KEY", magic=b"\x30\x82", line_end="\n"):
    body = base64.b64encode(magic + rng.randbytes(600)).decode()
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return line_end.join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])


def pgp(rng):
    kind = "PGP PRIVATE KEY BLOCK"
    begin, *lines, end = pem(rng, kind, b"\x95\x03").split("\n")
    return "\n".join([begin, "Version: GnuPG v2", "", *lines, "=" + draw(rng, BASE62, 4), end])


def putty(rng):
    lines = "\n".join(draw(rng, BASE62, 64) for _ in range(4))
    return (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: laptop\n"
        f"Public-Lines: 2\n{draw(rng, BASE62, 64)}\n{draw(rng, BASE62, 20)}\n"
        f"Private-Lines: 4\n{lines}\nPrivate-MAC: {draw(rng, HEX, 64)}"
    )


def uuid(rng):
    return "-".join(draw(rng, HEX, n) for n in (8, 4, 4, 4, 12))


def password(rng):
    value = draw(rng, LOWER, 3) + draw(rng, DIGITS, 3) + "!" + draw(rng, "BCDFGHKMPQ", 3)
    return value + draw(rng, "bcdfghkmpq", 4)


def mixed(rng, n):
    """Letters and digits without words, a capital, a small letter and a digit among them."""
    return draw(rng, "BCDFGHKMPQ", 2) + draw(rng, CONSONANTS + DIGITS, n - 6) + "q7Zx"


KINDS = {
    "github-token": lambda r: ("API_TOKEN", with_base62_checksum(r, "gh" + r.choice("opsu") + "_")),
    "npm-token": lambda r: ("API_TOKEN", with_base62_checksum(r, "npm" + "_")),
    "github-fine-grained-token": lambda r: (
        "API_TOKEN",
        "github" + "_pat_" + draw(r, BASE62, 22) + "_" + draw(r, BASE62, 59),
    ),
    "gitlab-routable-token": lambda r: ("API_TOKEN", routable_gitlab(r)),
    "gitlab-token": lambda r: ("API_TOKEN", "glpat" + "-" + draw(r, BASE62, 20)),
    "slack-token": lambda r: (
        "API_TOKEN",
        "xox" + "b-" + draw(r, DIGITS, 12) + "-" + draw(r, DIGITS, 12) + "-" + draw(r, BASE62, 24),
    ),
    "slack-app-token": lambda r: (
        "API_TOKEN",
        "xapp" + "-1-A" + draw(r, UPPER, 10) + "-" + draw(r, DIGITS, 13) + "-" + draw(r, HEX, 64),
    ),
    "stripe-key": lambda r: ("API_TOKEN", "sk_" + "live_" + draw(r, BASE62, 24)),
    "stripe-webhook-secret": lambda r: ("API_TOKEN", "whsec" + "_" + draw(r, BASE62, 32)),
    "twilio-key": lambda r: ("API_TOKEN", "SK" + draw(r, HEX, 32)),
    "sendgrid-key": lambda r: (
        "API_TOKEN",
        "SG" + "." + draw(r, URL_SAFE, 22) + "." + draw(r, BASE62, 43),
    ),
    "mailgun-key": lambda r: ("API_TOKEN", "key" + "-" + draw(r, HEX, 32)),
    "mailchimp-key": lambda r: ("API_TOKEN", draw(r, HEX, 32) + "-us12"),
    "pypi-token": lambda r: ("API_TOKEN", pypi(r)),
    "openai-key": lambda r: (
        "API_TOKEN",
        "sk-" + "proj-" + draw(r, URL_SAFE, 60) + "T3Blbk" + "FJ" + draw(r, BASE62, 60),
    ),
    "model-key": lambda r: ("API_TOKEN", "sk-" + draw(r, HEX, 32)),
    "openrouter-key": lambda r: ("API_TOKEN", "sk-" + "or-v1-" + draw(r, HEX, 64)),
    "anthropic-key": lambda r: ("API_TOKEN", "sk-" + "ant-api03-" + draw(r, BASE62, 93) + "AA"),
    "huggingface-token": lambda r: ("API_TOKEN", "hf" + "_" + draw(r, LOWER + UPPER, 34)),
    "groq-key": lambda r: ("API_TOKEN", "gsk" + "_" + draw(r, BASE62, 52)),
    "replicate-token": lambda r: ("API_TOKEN", "r8" + "_" + draw(r, BASE62, 37)),
    "zhipu-key": lambda r: ("API_TOKEN", draw(r, HEX, 32) + "." + mixed(r, 16)),
    "telegram-bot-token": lambda r: (
        "API_TOKEN",
        "1" + draw(r, DIGITS, 9) + ":A" + "A" + draw(r, BASE62, 33),
    ),
    "discord-bot-token": lambda r: ("API_TOKEN", discord(r)),
    "grafana-token": lambda r: ("API_TOKEN", grafana(r)),
    "docker-token": lambda r: ("API_TOKEN", "dckr" + "_pat_" + draw(r, BASE62, 27)),
    "shopify-token": lambda r: ("API_TOKEN", "shp" + "at_" + draw(r, HEX, 32)),
    "age-secret-key": lambda r: ("PRIVATE_KEY", age(r)),
    "jwt": lambda r: ("JWT", jwt(r)),
    "aws-access-key": lambda r: ("CLOUD_KEY", "AK" + "IA" + draw(r, UPPER + "234567", 16)),
    "gcp-api-key": lambda r: ("CLOUD_KEY", "AI" + "za" + draw(r, BASE62, 35)),
    "gcp-oauth-secret": lambda r: ("CLOUD_KEY", "GOC" + "SPX-" + draw(r, BASE62, 28)),
    "azure-client-secret": lambda r: (
        "CLOUD_KEY",
        draw(r, BASE62, 3) + "8" + "Q~" + draw(r, BASE62, 34),
    ),
    "alibaba-access-key": lambda r: ("CLOUD_KEY", "LT" + "AI5t" + draw(r, BASE62, 18)),
    "tencent-secret-id": lambda r: ("CLOUD_KEY", "AK" + "ID" + draw(r, BASE62, 32)),
    "volcengine-access-key": lambda r: ("CLOUD_KEY", "AK" + "LT" + draw(r, BASE62, 43)),
    "digitalocean-token": lambda r: ("CLOUD_KEY", "dop" + "_v1_" + draw(r, HEX, 64)),
    "databricks-token": lambda r: ("CLOUD_KEY", "da" + "pi" + draw(r, HEX, 32)),
    "vault-token": lambda r: ("CLOUD_KEY", "hv" + "s." + draw(r, BASE62, 90)),
    "slack-webhook": lambda r: (
        "WEBHOOK",
        "https://hooks.slack" + ".com/services/T" + draw(r, DIGITS + UPPER, 8) + "/B"
        + draw(r, DIGITS + UPPER, 8) + "/" + draw(r, BASE62, 24),
    ),
    "discord-webhook": lambda r: (
        "WEBHOOK",
        "https://discord" + ".com/api/webhooks/1" + draw(r, DIGITS, 17) + "/" + draw(r, BASE62, 68),
    ),
    "dingtalk-webhook": lambda r: (
        "WEBHOOK",
        "https://oapi.dingtalk" + ".com/robot/send?access_token=" + draw(r, HEX, 64),
    ),
    "dingtalk-secret": lambda r: ("WEBHOOK", "SEC" + draw(r, HEX, 64)),
    "wecom-webhook": lambda r: (
        "WEBHOOK",
        "https://qyapi.weixin" + ".qq.com/cgi-bin/webhook/send?key=" + uuid(r),
    ),
    "feishu-webhook": lambda r: (
        "WEBHOOK",
        "https://open.feishu" + ".cn/open-apis/bot/v2/hook/" + uuid(r),
    ),
    "private-key-block": lambda r: ("PRIVATE_KEY", r.choice((pem, pgp))(r)),
    "putty-key": lambda r: ("PRIVATE_KEY", putty(r)),
}  # fmt: skip
"""What needs nothing beside it to be known for what it is."""

ANNOUNCED = {
    "aws-secret-key": ("CLOUD_KEY", "aws_secret_access_key = ", lambda r: mixed(r, 40), "\n"),
    "azure-account-key": (
        "CLOUD_KEY",
        "AccountName=store;AccountKey=",
        lambda r: base64.b64encode(r.randbytes(64)).decode(),
        ";EndpointSuffix=core.windows.net",
    ),
    "azure-shared-access-signature": (
        "CLOUD_KEY",
        "https://store.blob.core.windows.net/c?sv=2022-11-02&sr=c&sig=",
        lambda r: draw(r, BASE62, 43) + "%3D",
        "&se=2030-01-01",
    ),
    "huawei-key": ("CLOUD_KEY", 'HUAWEICLOUD_SDK_SK="', lambda r: draw(r, BASE62, 40), '"'),
    "database-url": ("CONNECTION_STRING", "postgresql+psycopg2://app:", password, "@db:5432/x"),
    "connection-setting": (
        "CONNECTION_STRING",
        "Server=db.corp,1433;User ID=sa;Password=",
        password,
        ";Encrypt=true",
    ),
    "web-url": ("BASIC_AUTH", "git clone https://deploy:", password, "@git.corp/x.git"),
    "basic-header": (
        "BASIC_AUTH",
        "Authorization: Basic ",
        lambda r: base64.b64encode(f"bob:{password(r)}".encode()).decode(),
        "\r\n",
    ),
    "command-line-user": ("BASIC_AUTH", "curl -u bob:", password, " https://api.corp/"),
    "assigned-password": ("ASSIGNED_SECRET", '"password": "', password, '",'),
    "assigned-key": ("ASSIGNED_SECRET", "API_KEY=", lambda r: mixed(r, 28), "\n"),
}
"""What is known by what stands beside it: category, before, value, after."""


def made(rule, seed):
    """A secret of a kind, the same for the same seed."""
    rng = Random(f"{rule} {seed}")
    if rule in KINDS:
        category, value = KINDS[rule](rng)
        return Made(rule, category, value)
    category, before, value, after = ANNOUNCED[rule]
    return Made(rule, category, value(rng), before, after)
