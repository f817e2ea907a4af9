"""E-mail addresses in paths and queries: `13812345678/jane@example.com`, `?cc=jane@example.com`.

Presidio takes what stands before for a part of the address, and then for its host, whose public
suffix it checks: most such addresses it refutes, and the others it finds with their path.
"""

import regex

from datagov.detect.pii.presidio import has_public_suffix
from datagov.detect.pii.rules import Pattern, Recogniser

_LABEL = r"[A-Za-z0-9][A-Za-z0-9\-]*"
_HOST = rf"(?:{_LABEL}\.)+[A-Za-z]{{2,24}}(?![A-Za-z0-9_@\-])"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9._%+\-]*"

# RFC 5321, section 4.5.3.1: 64 octets of a name; RFC 1035, section 2.3.4: 63 of a label.
_PERSON = r"[A-Za-z0-9_][A-Za-z0-9._%+\-]{0,63}"
_NAMES = rf"\s?{_PERSON}(?:\s?[,;|]\s?{_PERSON}){{1,63}}\s?"
NO_CALL_BEFORE = r"(?<![A-Za-z0-9_$#%@&.)\]}>\\])"
GROUP = rf"{NO_CALL_BEFORE}(?:\\?\{{{_NAMES}\\?\}}|\[{_NAMES}\]|\({_NAMES}\)|<{_NAMES}>)"
"""Several people of one host, as papers name them: `{ann, bob}@host.example`."""

_LABEL_OF_GROUP = r"[A-Za-z0-9][A-Za-z0-9\-]{0,62}"
_HOSTS = rf"\{{{_LABEL_OF_GROUP}(?: ?[,|] ?{_LABEL_OF_GROUP}){{1,9}}\}}\."
_HOST_OF_GROUP = rf"(?:{_HOSTS})?(?:{_LABEL_OF_GROUP}\.){{1,8}}[A-Za-z]{{2,24}}(?![A-Za-z0-9_@\-])"
"""One host, or several of one domain: `{cs,ee}.example.edu`."""

_EACH_NAME = regex.compile(_NAME)


def are_names(group: str) -> bool:
    """True if some of what stands in brackets is more than a digit or letter, as in a formula."""
    return any(len(name) > 1 and not name.isdigit() for name in _EACH_NAME.findall(group))


def _is_group(value: str) -> bool:
    group, _, host = value.rpartition("@")
    return are_names(group) and has_public_suffix(f"x@{host.rpartition('}.')[2]}")


MAILBOXES = (
    Recogniser(
        "MailboxInPathRecognizer",
        "EMAIL_ADDRESS",
        (
            Pattern(
                "in a path or query",
                rf"(?<=/|[?&][A-Za-z_.\-]{{1,30}}=){_NAME}@{_HOST}",
                0.5,
                # An at sign is seldom, a slash is not.
                r"[A-Za-z0-9._%+\-]@[A-Za-z0-9]",
            ),
        ),
        int(regex.IGNORECASE),
        validate=has_public_suffix,
        minds_neighbours=True,
    ),
    Recogniser(
        "MailboxesOfHostRecognizer",
        "EMAIL_ADDRESS",
        (
            Pattern(
                "names in brackets",
                rf"{GROUP} ?@{_HOST_OF_GROUP}",
                0.5,
                r"[}\])>] ?@(?:\{[A-Za-z0-9,| -]+\}\.)?[A-Za-z0-9][A-Za-z0-9.\-]{2,}",
            ),
        ),
        int(regex.IGNORECASE),
        validate=_is_group,
        minds_neighbours=True,
    ),
)
