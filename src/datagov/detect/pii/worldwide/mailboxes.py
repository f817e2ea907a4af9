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
_NAMES = rf"\s?{_NAME}(?:\s?[,;|]\s?{_NAME}){{1,30}}\s?"
GROUP = rf"\\?\{{{_NAMES}\\?\}}|\[{_NAMES}\]|\({_NAMES}\)|<{_NAMES}>"
"""Several people of one host, as papers name them: `{ann, bob}@host.example`."""

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
                rf"(?:{GROUP}) ?@{_HOST}",
                0.5,
                r"[}\])>] ?@[A-Za-z0-9][A-Za-z0-9.\-]{2,80}",
            ),
        ),
        int(regex.IGNORECASE),
        validate=has_public_suffix,
        minds_neighbours=True,
    ),
)
