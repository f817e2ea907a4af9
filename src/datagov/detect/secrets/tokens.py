"""Tokens of services, each by its published prefix and length.

Formats: GitHub and npm as in `checks`; GitLab "Token prefixes" and "Routable tokens"; Slack "Token
types"; Stripe "API keys"; Twilio "API keys"; SendGrid "API keys"; PyPI as in `checks`; OpenAI,
Anthropic and Hugging Face after GitHub's list of supported secret scanning patterns; Telegram "Bot
API, authorizing your bot"; Discord "Authentication"; JWT RFC 7519; age keys C2SP/age.
"""

from collections.abc import Callable

from datagov.detect.secrets.checks import (
    is_bech32,
    is_discord_token,
    is_fine_grained_token,
    is_github_token,
    is_gitlab_token,
    is_grafana_token,
    is_macaroon,
    json_object,
)
from datagov.detect.secrets.randomness import is_placeholder
from datagov.detect.secrets.rules import (
    CONFIRMED,
    DISTINCTIVE,
    JWT,
    PLACEHOLDER,
    PRIVATE_KEY,
    REFUTED,
    checked,
    judged,
    token,
)

_NO_MORE = rb"(?![\w-])"
_GITLAB = r"gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|rtr|soat|wt)"
_EXAMPLE_SUBJECT = "1234567890"
"""`sub` of the token that jwt.io and half the tutorials show."""


def _judge_jwt(value: str) -> float:
    """Returns how sure it is that three or five parts are a token: the header must name `alg`."""
    parts = value.split(".")
    header = json_object(parts[0])
    if header is None or not isinstance(header.get("alg"), str):
        return 0.0
    if len(parts) == 5:
        return DISTINCTIVE if "enc" in header else 0.0
    payload = json_object(parts[1])
    if is_placeholder(parts[2]) or (payload and payload.get("sub") == _EXAMPLE_SUBJECT):
        return PLACEHOLDER
    return DISTINCTIVE


def _confirmed_or_nothing(is_valid: Callable[[str], bool]) -> Callable[[str], float]:
    return lambda value: CONFIRMED if is_valid(value) else 0.0


RULES = (
    token(
        "github-token",
        r"gh[opsur]_[0-9A-Za-z]{36}",
        r"gh[opsur]_[0-9A-Za-z]{36}",
        checked(is_github_token, judged(REFUTED, 4)),
    ),
    token(
        "github-refresh-token",
        r"ghr_[0-9A-Za-z]{76}",
        r"ghr_[0-9A-Za-z]{76}",
        checked(is_github_token, judged(REFUTED, 4)),
    ),
    token(
        "github-fine-grained-token",
        r"github_pat_[0-9A-Za-z]{22}_",
        r"github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}",
        checked(is_fine_grained_token, judged(DISTINCTIVE, 11)),
    ),
    token(
        "npm-token",
        r"npm_[0-9A-Za-z]{36}",
        r"npm_[0-9A-Za-z]{36}",
        checked(is_github_token, judged(REFUTED, 4)),
    ),
    token(
        "gitlab-routable-token",
        _GITLAB + r"-[\w-]{27}",
        _GITLAB + r"-[\w-]{27,300}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}",
        checked(is_gitlab_token, judged(REFUTED, 6)),
    ),
    token(
        "gitlab-token",
        _GITLAB + r"-[\w-]{10}",
        _GITLAB + r"-[\w-]{20,64}",
        judged(DISTINCTIVE, 6),
        after=rb"(?![\w.-])",
    ),
    token(
        "slack-token",
        r"xox[abeoprs]-[\w-]{10}",
        r"xox[abeoprs](?:\.xox[bp])?-[0-9A-Za-z-]{10,250}",
        judged(DISTINCTIVE, 5),
        after=_NO_MORE,
    ),
    token(
        "slack-app-token",
        r"xapp-[0-9]-A",
        r"xapp-\d-[0-9A-Z]{8,14}-\d{10,15}-[0-9a-f]{32,128}",
        judged(DISTINCTIVE, 7),
    ),
    token(
        "stripe-key",
        r"[rs]k_(?:live|test)_[0-9A-Za-z]{10}",
        r"[rs]k_(?:live|test)_[0-9A-Za-z]{16,247}",
        judged(DISTINCTIVE, 8),
    ),
    token(
        "stripe-webhook-secret",
        r"whsec_[0-9A-Za-z+/]{24}",
        r"whsec_[0-9A-Za-z+/]{32,64}={0,2}",
        judged(DISTINCTIVE, 6),
        after=rb"(?![\w+/=])",
    ),
    token("twilio-key", r"SK[0-9a-f]{32}", r"SK[0-9a-f]{32}", judged(DISTINCTIVE, 2)),
    token(
        "sendgrid-key",
        r"SG\.[\w-]{22}\.",
        r"SG\.[\w-]{22}\.[\w-]{43}",
        judged(DISTINCTIVE, 3),
        after=_NO_MORE,
    ),
    token("mailgun-key", r"key-[0-9a-f]{32}", r"key-[0-9a-f]{32}", judged(DISTINCTIVE, 4)),
    token(
        "mailchimp-key",
        r"[0-9a-f]{32}-us[0-9]",
        r"[0-9a-f]{32}-us\d{1,2}",
        judged(DISTINCTIVE),
    ),
    token(
        "pypi-token",
        r"pypi-AgE[\w-]{12}",
        r"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\w-]{50,1000}",
        checked(is_macaroon, judged(REFUTED, 16)),
        after=_NO_MORE,
    ),
    token(
        "openai-key",
        r"sk-[\w-]{16}",
        r"sk-(?:[\w-]{20,100}T3BlbkFJ[\w-]{20,100})",
        judged(DISTINCTIVE, 3),
        after=_NO_MORE,
    ),
    token(
        "model-key",
        r"sk-[0-9A-Za-z]{32}",
        r"sk-(?:[0-9a-f]{32}|[0-9A-Za-z]{48})",
        judged(DISTINCTIVE, 3),
        after=_NO_MORE,
    ),
    token(
        "openrouter-key",
        r"sk-or-v1-[0-9a-f]{6}",
        r"sk-or-v1-[0-9a-f]{64}",
        judged(DISTINCTIVE, 9),
    ),
    token(
        "anthropic-key",
        r"sk-ant-[a-z]{3,6}[0-9]{2}-",
        r"sk-ant-[a-z]{3,6}\d{2}-[\w-]{80,120}",
        judged(DISTINCTIVE, 13),
        after=_NO_MORE,
    ),
    token("huggingface-token", r"hf_[A-Za-z]{34}", r"hf_[A-Za-z]{34}", judged(DISTINCTIVE, 3)),
    token(
        "huggingface-organisation-token",
        r"api_org_[A-Za-z]{34}",
        r"api_org_[A-Za-z]{34}",
        judged(DISTINCTIVE, 8),
    ),
    token("groq-key", r"gsk_[0-9A-Za-z]{52}", r"gsk_[0-9A-Za-z]{52}", judged(DISTINCTIVE, 4)),
    token("replicate-token", r"r8_[0-9A-Za-z]{37}", r"r8_[0-9A-Za-z]{37}", judged(DISTINCTIVE, 3)),
    token(
        "zhipu-key",
        r"[0-9a-f]{32}\.[0-9A-Za-z]{16}",
        r"[0-9a-f]{32}\.(?=[0-9A-Za-z]*[A-Z])(?=[0-9A-Za-z]*[a-z])(?=[0-9A-Za-z]*\d)"
        r"[0-9A-Za-z]{16}",
        judged(DISTINCTIVE),
        after=rb"(?![\w.-])",
    ),
    token(
        "telegram-bot-token",
        r"[0-9]{8,10}:AA[\w-]{33}",
        r"\d{8,10}:AA[\w-]{33}",
        judged(DISTINCTIVE, 11),
        after=_NO_MORE,
    ),
    token(
        "discord-bot-token",
        r"[MNO][0-9A-Za-z]{22,27}\.[\w-]{6}\.[\w-]{27}",
        r"[MNO][0-9A-Za-z]{22,27}\.[\w-]{6}\.[\w-]{27,40}",
        _confirmed_or_nothing(is_discord_token),
        after=_NO_MORE,
    ),
    token(
        "grafana-token",
        r"glsa_[0-9A-Za-z]{32}_",
        r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}",
        checked(is_grafana_token, judged(REFUTED, 5)),
    ),
    token(
        "docker-token",
        r"dckr_[op]at_[\w-]{6}",
        r"dckr_[op]at_[\w-]{27,32}",
        judged(DISTINCTIVE, 9),
        after=_NO_MORE,
    ),
    token(
        "shopify-token",
        r"shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}",
        r"shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}",
        judged(DISTINCTIVE, 6),
    ),
    token(
        "linear-key",
        r"lin_(?:api|oauth)_[0-9A-Za-z]{6}",
        r"lin_(?:api|oauth)_[0-9A-Za-z]{40,64}",
        judged(DISTINCTIVE, 8),
    ),
    token(
        "notion-token", r"ntn_[0-9A-Za-z]{40}", r"ntn_[0-9A-Za-z]{40,50}", judged(DISTINCTIVE, 4)
    ),
    token(
        "postman-key",
        r"PMAK-[0-9a-f]{24}-",
        r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
        judged(DISTINCTIVE, 5),
    ),
    token("newrelic-key", r"NRAK-[0-9A-Z]{27}", r"NRAK-[0-9A-Z]{27}", judged(DISTINCTIVE, 5)),
    token(
        "sentry-token",
        r"sntry[su]_[\w+/=-]{20}",
        r"sntry[su]_[\w+/=-]{43,400}",
        judged(DISTINCTIVE, 7),
        after=rb"(?![\w+/=-])",
    ),
    token(
        "rubygems-key", r"rubygems_[0-9a-f]{48}", r"rubygems_[0-9a-f]{48}", judged(DISTINCTIVE, 9)
    ),
    token(
        "age-secret-key",
        r"AGE-SECRET-KEY-1[0-9A-Z]{6}",
        r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
        checked(is_bech32, judged(REFUTED, 16)),
        PRIVATE_KEY,
    ),
    token(
        "jwt",
        r"(?:ey[JA]|ew[okA])[\w-]{12}",
        r"(?<!-)(?:ey[JA]|ew[okA])[\w-]{8,4000}\.[\w-]{2,16000}\.[\w-]{16,1400}(?:\.[\w-]{2,16000}\.[\w-]{16,64})?",
        _judge_jwt,
        JWT,
        rb"(?![\w-])",
    ),
)
