"""Which IP addresses may be those of a person's connection, and what only looks like one.

Private, shared and reserved addresses, and networks, are used by everybody or nobody. Numbers of
sections, versions and files have four parts as well.
"""

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_interface,
    ip_network,
)

import regex

from datagov.detect.pii.folding import fold
from datagov.detect.pii.spans import Span

_NOBODYS_NETWORKS = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "3fff::/20", "fc00::/7"),
    *("fe80::/10", "fec0::/10", "ff00::/8"),
)
"""Private, shared, link-local, loopback, for documentation and tests, multicast, masks, the relays
of 6to4 (RFC 7526).

From IANA's registries of special-purpose addresses (RFC 6890) and of multicast. Not those of the
`ipaddress` module: they differ between versions of Python, and findings must not.
"""

_WITHIN_IPV6 = tuple(map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))
"""Where the last four bytes are an IPv4 address (RFC 4291, RFC 6052)."""

_6TO4 = IPv6Network("2002::/16")
"""Where the 32 bits behind the prefix are the IPv4 address of somebody's router (RFC 3056)."""

_NETWORK_BITS = {4: 28, 6: 48}
"""A prefix so short is what a provider routes, or what is left of an address that was made
anonymous: it is many people's. A block of eight addresses or less is rented by one customer."""

_CLASS_C = 24
"""Behind a prefix so short a host's last byte is not 0, if the network is written carelessly."""

_RAISED = 0.9
"""An address beside one of its context words has more than this."""

_SECTION = regex.compile(r"(?!0\.)\d{1,2}(?:\.\d{1,2}){3}")
_BARE_IPV6 = regex.compile(
    r"(?:[0-9A-Fa-f]{0,2}:){2,}[0-9A-Fa-f]{0,2}|[0-9A-Fa-f]*::|::[0-9A-Fa-f]*"
)
"""What code is full of: slices such as `a[::2]`, scopes such as `a::b`."""

_PORT_BEHIND = regex.compile(r":\d")
_HOST_BEHIND = regex.compile(r"[:/]\d| - - \[| port \d| \(talk\)")
"""A port or a prefix, a line of a server's log, a line of a wiki's history."""

_MASK_BEHIND = regex.compile(
    r"(?<=\.0)(?:[ \t]+(?:[\d.]{7,15}|\*|[a-z][\w.\-]*))?[ \t,]+(?i:(?:net)?mask[ \t:=]{1,3})?255\."
)
"""The line of a table of routes: a network, the gateway to it, and the mask."""

_REVERSED_BEHIND = regex.compile(r"(?i)\.in-addr\.arpa\b")
_NUMBERS_BEFORE = tuple(f"{digit}." for digit in range(10))
_BEFORE = 24
_HEADING_BEFORE = regex.compile(
    r"(?ri)(?:#{2,6} ?|§ ?|第 ?|\b(?:sections?|sect\.|chapter|clause|articles?|artikel|abschnitt"
    r"|kapitel|nummer|ziffer|appendix|annex|paragraaf|paragraphs?|hoofdstuk|art[ií]culo) )"
)
_SOFTWARE = (
    *("ansible", "apache", "apt", "boost", "busybox", "cabal", "calibre", "cargo", "cmake"),
    *("composer", "conda", "curl", "django", "dnsmasq", "docker", "dovecot", "dpkg", "exim"),
    *("ffmpeg", "firefox", "gcc", "gem", "git", "gitlab", "glibc", "golang", "gradle", "grafana"),
    *("gstreamer", "haproxy", "helm", "httpd", "java", "jdk", "jenkins", "jre", "kernel", "kibana"),
    *("kubectl", "lighttpd", "linux", "logstash", "mariadb", "maven", "memcached", "mongodb"),
    *("mysql", "nginx", "nodejs", "npm", "numpy", "openjdk", "openresty", "openssh", "openssl"),
    *("openvpn", "pandas", "perl", "php", "pip", "postfix", "postgres", "postgresql", "python"),
    *("qemu", "qt", "rabbitmq", "rails", "redis", "ruby", "rust", "samba", "sqlite", "squid"),
    *("systemd", "tengine", "tomcat", "torch", "ubuntu", "varnish", "wget", "wireshark"),
    *("wordpress", "yarn", "zabbix", "zlib"),
)
"""Programs and packages: the number behind the name of one is its version."""

_SOFTWARE_BEFORE = regex.compile(rf"(?ri)(?<![\w.\-])(?:{'|'.join(_SOFTWARE)})/v?")
_SOFTWARE_NEAR = regex.compile(rf"(?ri)(?<![\w.\-])(?:{'|'.join(_SOFTWARE)})(?: \(v?|[ :@=]v?)")
"""Behind such a sign may stand a host too, so that only small numbers are a version there."""

_PIN_BEFORE = regex.compile(r"(?r)(?<![\w.])[a-z][a-z0-9_\-]*(?:\[[\w,]*\])?\s?[=<>~!]=\s?")
"""The version of a package that another needs: `name==20.1.3.4`."""

_VERSION_BEFORE = regex.compile(
    r"(?ri)(?:(?<![\w\-])(?<!\bip )(?:version|ver|release|build|firmware|v)[.:= \t\"'>(]{1,4}"
    r"|版本(?:号|號|是|为|為|[:： ]){0,3}"
    r"|(?-i:(?<![^\s(;,\"'])(?:[A-Z][a-z]+[A-Za-z]*|OPR)/))"
)
"""Words for a version, and a product as browsers name themselves: `Chrome/120.0.0.1`."""

_PACKAGE_BEFORE = regex.compile(r"(?r)(?<![.\w])[a-z][a-z0-9]*[-_]")
_PACKAGE_BEHIND = regex.compile(r"[-_][A-Za-z0-9]|/?(?=$|[\s'\"`)\],;])")
_HOST_BEFORE = regex.compile(
    r"(?ri)(?<![A-Za-z])(?:(?:src|dst|source|client|server|user|host)?ip(?:v[46])?|(?:ip)?addr(?:ess)?"
    r"|r?host|server|node|client|peer|from|to|src|dst|source|net|remote|login|gateway|router|dns"
    r"|vpn|dhcp|pool|a?dsl|cable|static|dyn|dynamic|ppp|user|mail|banned?|blocked|visitor|customer"
    r"|guest)[\"']?\s?(?:==|[-_:=：])\s?[\"'\[(]?"
)
"""Keys of an address and joints before it; those of lines of customers too."""

_ENDING = (
    r"\.(?:tar|t?gz|tgz|tbz2?|bz2|xz|zst|zip|7z|rar|dmg|pkg|exe|msi|rpm|deb|apk|aab|ipa|jar|war|whl"
    r"|egg|gem|nupkg|iso|img|bin|run|sig|asc|patch|so|dll|[ef][lc]\d+|x86(?:_64)?|amd64|i[3-6]86"
    r"|aarch64|noarch|orig|dist|src|min|js|css|pdf|png|jpe?g|gif|svg)"
)
_FILE_BEHIND = regex.compile(rf"(?i)(?:{_ENDING})+\b(?!\.[a-z])")
"""Endings of a file alone; behind an address may also stand the rest of the name of a host."""


def is_host(text: str, span: Span) -> bool:
    """True if what has the form of an IP address may be that of somebody."""
    value = fold(text[span.start : span.end])
    if value == "::":  # Left out by `WITHOUT` already.
        return True
    if _is_nobodys(_forwards(value, text, span.end)):
        return False
    if _FILE_BEHIND.match(text, span.end) or _MASK_BEHIND.match(text, span.end):
        return False
    is_announced = _HOST_BEFORE.match(text, *_before(span)) is not None
    if not is_announced and _is_version(text, span):
        return False
    if _SECTION.fullmatch(value) and _HEADING_BEFORE.match(text, *_before(span)):
        return False
    if span.score > _RAISED or is_announced:
        return True
    if _BARE_IPV6.fullmatch(value):
        return False
    # Also the address of a public resolver, such as 9.9.9.9, is no person's.
    return not _SECTION.fullmatch(value) or _HOST_BEHIND.match(text, span.end) is not None


def _forwards(value: str, text: str, end: int) -> str:
    """Returns the address whose parts a name of the reverse zone has in the other order."""
    if not _REVERSED_BEHIND.match(text, end):
        return value
    return ".".join(reversed(value.split(".")))


@lru_cache(maxsize=1)
def _nobodys() -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(map(ip_network, _NOBODYS_NETWORKS))


@lru_cache(maxsize=4096)
def _is_nobodys(value: str) -> bool:
    try:
        interface = ip_interface(value)
    except ValueError:
        return False
    address = _within(interface.ip)
    return _is_network(interface) or any(address in network for network in _nobodys())


def _within(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if any(address in network for network in _WITHIN_IPV6):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return address


def _is_network(interface: IPv4Interface | IPv6Interface) -> bool:
    """True for `5.6.0.0/16`, `5.6.7.0/8`, `5.6.0.0` and its end, but not for `5.6.7.8/16`."""
    network, ip = interface.network, int(interface.ip)
    if interface.version == 4 and (ip & 0xFFFF in (0, 0xFFFF)):
        return True
    if network.prefixlen > _NETWORK_BITS[interface.version]:
        return False
    is_careless = interface.version == 4 and network.prefixlen <= _CLASS_C and not ip & 0xFF
    return is_careless or interface.ip == network.network_address


def _is_version(text: str, span: Span) -> bool:
    if _PORT_BEHIND.match(text, span.end):
        return False
    before = _VERSION_BEFORE, _SOFTWARE_BEFORE, _PIN_BEFORE
    if any(each.match(text, *_before(span)) for each in before):
        return True
    is_small = _SECTION.fullmatch(fold(text[span.start : span.end])) is not None
    if is_small and _SOFTWARE_NEAR.match(text, *_before(span)):
        return True
    if text[max(0, span.start - 2) : span.start].endswith(_NUMBERS_BEFORE):
        return True
    return bool(
        _PACKAGE_BEFORE.match(text, *_before(span)) and _PACKAGE_BEHIND.match(text, span.end)
    )


def _before(span: Span) -> tuple[int, int]:
    return max(0, span.start - _BEFORE), span.start
