"""Addresses that whoever knows them may write to: incoming webhooks.

Formats: Slack "Incoming webhooks"; Discord "Webhook resource"; DingTalk "Custom robot access" and
its signing secret; WeCom "Group robot"; Feishu and Lark "Custom bot".
"""

import re

from datagov.detect.secrets.rules import DISTINCTIVE, WEBHOOK, Rule, judged, token

_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_NO_MORE = rb"(?![\w-])"


def _judge(address: str) -> float:
    return judged(DISTINCTIVE)(re.split("[/=]", address)[-1])


def _webhook(name: str, anchor: str, secret: str) -> Rule:
    address = f"(?:https?://)?{anchor}"
    return token(name, address, address + secret, _judge, WEBHOOK, _NO_MORE)


RULES = (
    _webhook(
        "slack-webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/",
        r"[0-9A-Z]{8,14}/[0-9A-Z]{8,14}/[0-9A-Za-z]{20,40}",
    ),
    _webhook(
        "discord-webhook",
        r"(?:[a-z]{2,7}\.)?discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/",
        r"[0-9]{17,20}/[\w-]{60,80}",
    ),
    _webhook("dingtalk-webhook", r"oapi\.dingtalk\.com/robot/send\?access_token=", r"[0-9a-f]{64}"),
    token(
        "dingtalk-secret", r"SEC[0-9a-f]{64}", r"SEC[0-9a-f]{64}", judged(DISTINCTIVE, 3), WEBHOOK
    ),
    _webhook("wecom-webhook", r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=", _UUID),
    _webhook(
        "feishu-webhook",
        r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/",
        r"(?:" + _UUID + r"|[0-9a-f]{32})",
    ),
)
