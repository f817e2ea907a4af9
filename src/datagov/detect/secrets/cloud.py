"""Keys of cloud providers.

Formats: AWS "IAM identifiers" (unique ids) and its example keys; Google Cloud "API keys" and
"OAuth client"; Azure Storage "Configure connection strings" and "Service SAS"; Alibaba Cloud
"AccessKey pair"; Tencent Cloud "Signature v3"; Baidu "Generate an authentication string"; Huawei
Cloud "Access keys"; DigitalOcean, Databricks and HashiCorp "Token formats"; and the published
patterns of GitHub's secret scanning partners. The private key of a Google service account is a PEM
block: see `private_keys`.
"""

import re
from collections.abc import Iterator

from datagov.detect.secrets.randomness import entropy
from datagov.detect.secrets.rules import (
    AFTER,
    BEFORE,
    CLOUD_KEY,
    DISTINCTIVE,
    PLACEHOLDER,
    Candidate,
    Locate,
    Rule,
    judged,
    matching,
    token,
)

_COMPANION_REACH = 200
"""Bytes after an access key id in which its secret key is looked for."""

_COMPANION_SCORE = 0.8
_MIN_ENTROPY = 3.9
_BASE64_AFTER = rb"(?![0-9A-Za-z+/=_])"
_SIGNATURE_AFTER = rb"(?![0-9A-Za-z%+/=])"


def _pair(key_id: bytes, prefix: int, secret: bytes) -> Locate:
    """Returns the search for a key id and, close behind it, the secret key that goes with it."""
    find_id = matching(BEFORE + key_id + AFTER, judged(DISTINCTIVE, prefix))
    compiled = re.compile(rb"(?<![0-9A-Za-z+/=_-])" + secret + rb"(?![0-9A-Za-z+/=_-])")

    def locate(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
        for found in find_id(data, start, stop):
            yield found
            if found.score == PLACEHOLDER:
                continue
            for match in compiled.finditer(
                data, found.end, min(stop, found.end + _COMPANION_REACH)
            ):
                if _is_secret(match[0].decode("ascii")):
                    yield Candidate(match.start(), match.end(), _COMPANION_SCORE)
                    break

    return locate


def _is_secret(value: str) -> bool:
    """True if capitals, small letters and digits stand in it as if drawn: no hash, no path."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(kind(c) for c in value) for kind in kinds) and entropy(value) >= _MIN_ENTROPY


_AWS_SECRET = r"(?:aws.{0,3}secret|secret.?access.?key|aws.{0,12}secret.?key)"
_HUAWEI = (
    r"(?:huawei(?:cloud)?|hwcloud|hw|obs|cloud_sdk)[_.-]?(?:sdk[_.-]?)?"
    r"(?:ak|sk|access[_.-]?key(?:[_.-]?id)?|secret[_.-]?(?:access[_.-]?)?key)"
)
_ASSIGNED = rb"[\"'\])]{0,2}[ \t]{0,3}(?:=>|[:=]|\xef\xbc\x9a)[ \t]{0,3}[\"'`]?"

RULES = (
    Rule(
        "aws-access-key",
        CLOUD_KEY,
        r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}",
        _pair(rb"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}", 4, rb"[0-9A-Za-z+/]{40}"),
    ),
    Rule(
        "aws-secret-key",
        CLOUD_KEY,
        _AWS_SECRET,
        matching(
            rb"(?i:[a-z_. -]{6,40})" + _ASSIGNED + rb"(?P<value>[0-9A-Za-z+/]{40})" + _BASE64_AFTER,
            judged(DISTINCTIVE),
        ),
        caseless=True,
    ),
    token(
        "gcp-api-key",
        r"AIza[0-9A-Za-z_-]{6}",
        r"AIza[\w-]{35}",
        judged(DISTINCTIVE, 4),
        CLOUD_KEY,
        rb"(?![\w-])",
    ),
    token(
        "gcp-oauth-secret",
        r"GOCSPX-[\w-]{6}",
        r"GOCSPX-[\w-]{28}",
        judged(DISTINCTIVE, 7),
        CLOUD_KEY,
        rb"(?![\w-])",
    ),
    token(
        "gcp-access-token",
        r"ya29\.[\w-]{12}",
        r"ya29\.[\w-]{30,512}",
        judged(DISTINCTIVE, 5),
        CLOUD_KEY,
        rb"(?![\w-])",
    ),
    Rule(
        "azure-account-key",
        CLOUD_KEY,
        r"(?:Account|SharedAccess)Key=[0-9A-Za-z+/]{6}",
        matching(
            rb"(?:Account|SharedAccess)Key=(?P<value>[0-9A-Za-z+/]{43}=|[0-9A-Za-z+/]{86}==)",
            judged(DISTINCTIVE),
        ),
    ),
    Rule(
        "azure-shared-access-signature",
        CLOUD_KEY,
        r"[?&;]sig=[0-9A-Za-z+/%]{6}",
        matching(
            rb"[?&;]sig=(?P<value>(?:[0-9A-Za-z+/]|%2[Bb]|%2[Ff]){43}(?:=|%3[Dd]))"
            + _SIGNATURE_AFTER,
            judged(DISTINCTIVE),
        ),
    ),
    token(
        "azure-client-secret",
        r"[\w.~-]{3}[0-9]Q~[\w.~-]{6}",
        r"[\w.~-]{3}\dQ~[\w.~-]{31,34}",
        judged(DISTINCTIVE),
        CLOUD_KEY,
        rb"(?![\w.~-])",
    ),
    Rule(
        "alibaba-access-key",
        CLOUD_KEY,
        r"LTAI[0-9A-Za-z]{12}",
        _pair(rb"LTAI(?:5t)?[0-9A-Za-z]{12,20}", 4, rb"[0-9A-Za-z]{30}"),
    ),
    Rule(
        "tencent-secret-id",
        CLOUD_KEY,
        r"AKID[0-9A-Za-z]{13}",
        _pair(rb"AKID[0-9A-Za-z]{13,40}", 4, rb"[0-9A-Za-z]{32}"),
    ),
    token(
        "baidu-access-key",
        r"ALTAK-?[0-9A-Za-z]{6}",
        r"ALTAK-?[0-9A-Za-z]{20,24}",
        judged(DISTINCTIVE, 6),
        CLOUD_KEY,
    ),
    token(
        "volcengine-access-key",
        r"AKLT[0-9A-Za-z_-]{16}",
        r"AKLT[\w-]{16,60}={0,2}",
        judged(DISTINCTIVE, 4),
        CLOUD_KEY,
    ),
    token(
        "jdcloud-access-key",
        r"JDC_[0-9A-Z]{16}",
        r"JDC_[0-9A-Z]{28,32}",
        judged(DISTINCTIVE, 4),
        CLOUD_KEY,
    ),
    Rule(
        "huawei-key",
        CLOUD_KEY,
        _HUAWEI,
        matching(
            rb"(?i:[a-z_.-]{4,40})"
            + _ASSIGNED
            + rb"(?P<value>[0-9A-Z]{20}|[0-9A-Za-z]{40})"
            + AFTER,
            judged(DISTINCTIVE),
        ),
        caseless=True,
    ),
    token(
        "digitalocean-token",
        r"do[opr]_v1_[0-9a-f]{6}",
        r"do[opr]_v1_[0-9a-f]{64}",
        judged(DISTINCTIVE, 7),
        CLOUD_KEY,
    ),
    token(
        "databricks-token",
        r"dapi[0-9a-f]{32}",
        r"dapi[0-9a-f]{32}(?:-\d)?",
        judged(DISTINCTIVE, 4),
        CLOUD_KEY,
    ),
    token(
        "vault-token",
        r"hv[sbr]\.[\w-]{20}",
        r"hv[sbr]\.[\w-]{24,300}",
        judged(DISTINCTIVE, 4),
        CLOUD_KEY,
        rb"(?![\w-])",
    ),
    token(
        "terraform-token",
        r"[0-9A-Za-z]{14}\.atlasv1\.[\w-]{6}",
        r"[0-9A-Za-z]{14}\.atlasv1\.[\w=-]{60,70}",
        judged(DISTINCTIVE),
        CLOUD_KEY,
    ),
)
