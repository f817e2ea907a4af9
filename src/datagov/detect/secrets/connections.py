"""Passwords in addresses and connection strings. The password is the span, the rest stays.

Formats: RFC 3986 section 3.2.1 (userinfo), RFC 7617 (Basic), JDBC and ADO.NET connection strings.
"""

import re
from collections.abc import Iterator

from datagov.detect.secrets.checks import decoded
from datagov.detect.secrets.passwords import judge_password
from datagov.detect.secrets.rules import (
    BASIC_AUTH,
    CONNECTION_STRING,
    PLACEHOLDER,
    Candidate,
    Locate,
    Rule,
)

_DATABASES = (
    r"(?:postgres(?:ql)?|mysqlx?|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|"
    r"cassandra|cockroachdb|couchdbs?|neo4js?|bolt|kafka|nats|mqtts?|ldaps?|smtps?|imaps?|pop3s?|"
    r"elasticsearch|influxdb|snowflake|hive|db2|tidb|dm|kingbase8?|opengauss)(?:\+[a-z0-9_]{2,16})?"
)
_WEB = r"(?:https?|ftps?|sftp|ssh|git|svn|webdavs?|rtsps?|rtmps?|socks[45]h?|wss?)(?:\+[a-z]{2,8})?"

_USER = r"[^\x00-\x20\x7f-\xff/?#@:\x22'<>`\\{}|]{0,64}"
_PASSWORD = r"[^\x00-\x20\x7f-\xff/?#\x22'<>`\\|]{1,100}"
_EXAMPLE_HOST = re.compile(
    rb"(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net|edu))?|host(?:name)?|server|domain(?:\.com)?"
    rb"|your[\w.-]*|my-?(?:host|server|domain)[\w.-]*|foo(?:\.com)?|bar(?:\.com)?|ip|address)"
    rb"(?![\w.-])",
    re.IGNORECASE,
)
_CERTAIN = 0.2
"""What an address adds to the score of a password: nothing else stands between these marks."""


def _surer(score: float) -> float:
    return min(0.95, score + _CERTAIN) if score >= 0.5 else score


def _in_address() -> Locate:
    compiled = re.compile(
        rb"[A-Za-z][A-Za-z0-9+]{1,32}://"
        + _USER.encode()
        + rb":(?P<value>"
        + _PASSWORD.encode()
        + rb")@(?P<host>[\w\[.-])"
    )

    def locate(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
        match = compiled.match(data, start, stop)
        if match:
            score = _surer(judge_password(match["value"].decode("ascii")))
            if _EXAMPLE_HOST.match(data, match.start("host"), stop):
                score = min(score, PLACEHOLDER)
            yield Candidate(*match.span("value"), score)

    return locate


_SETTING = re.compile(
    rb"(?:password|pwd) ?= ?(?P<value>[^\x00-\x20\x7f-\xff;&\"'<>`]{3,100})", re.IGNORECASE
)
_SETTINGS = (
    rb"(?:server|data source|host|addr(?:ess)?|user(?: ?id|name)?|uid|database|initial catalog|dsn"
    rb"|driver|provider)"
)
_SETTING_BEFORE = re.compile(
    rb"(?:\b" + _SETTINGS + rb" ?=|jdbc:[a-z0-9]{2,16}:)[^\n]{0,160}[;?&]\Z", re.IGNORECASE
)
_SETTING_AFTER = re.compile(rb" ?[;&] ?" + _SETTINGS + rb" ?=", re.IGNORECASE)
_SETTING_REACH = 200


def _among_settings(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
    match = _SETTING.match(data, start, stop)
    before = data[max(0, start - _SETTING_REACH) : start].rstrip(b" ")
    if match and (
        _SETTING_AFTER.match(data, match.end(), stop)
        or (before.endswith((b";", b"?", b"&")) and _SETTING_BEFORE.search(before))
    ):
        score = _surer(judge_password(match["value"].decode("ascii")))
        yield Candidate(*match.span("value"), score)


_BASIC = re.compile(
    rb"basic {1,2}(?P<value>[0-9A-Za-z+/]{8,200}={0,2})(?![0-9A-Za-z+/=])", re.IGNORECASE
)


def _in_header(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
    """Yields the credentials of `Authorization: Basic`, when they are a user and a password."""
    match = _BASIC.match(data, start, stop)
    credentials = decoded(match["value"].decode("ascii")) if match else None
    if match and credentials and b":" in credentials:
        text = credentials.decode("utf-8", "replace")
        user, _, password = text.partition(":")
        if user and text.isprintable() and "\ufffd" not in text:
            yield Candidate(*match.span("value"), _surer(judge_password(password)))


_COMMAND = re.compile(
    rb"(?:-u|--user|--proxy-user)[ =]{1,2}[\"']?[\w.@-]{1,40}:"
    rb"(?P<value>[^\x00-\x20\x7f-\xff\"'`<>]{3,80})"
)


def _in_command(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
    match = _COMMAND.match(data, start, stop)
    # A colon also stands in addresses and paths.
    if match and not match["value"].startswith(b"/"):
        yield Candidate(*match.span("value"), judge_password(match["value"].decode("ascii")))


_CREDENTIALS = "://" + _USER + ":" + _PASSWORD + "@"

RULES = (
    Rule("database-url", CONNECTION_STRING, _DATABASES + _CREDENTIALS, _in_address()),
    Rule("web-url", BASIC_AUTH, _WEB + _CREDENTIALS, _in_address()),
    Rule(
        "connection-setting",
        CONNECTION_STRING,
        r"(?:password|pwd) ?= ?[!-~]{3}",
        _among_settings,
        caseless=True,
    ),
    Rule("basic-header", BASIC_AUTH, r"basic {1,2}[0-9A-Za-z+/]{8}", _in_header, caseless=True),
    Rule(
        "command-line-user",
        BASIC_AUTH,
        r"(?:-u|--user|--proxy-user)[ =]{1,2}[\x22']?[\w.@-]{1,40}:[!-~]{3}",
        _in_command,
    ),
)
