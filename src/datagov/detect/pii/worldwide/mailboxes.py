"""E-mail addresses in paths and queries: `13812345678/jane@example.com`, `?cc=jane@example.com`.

Presidio takes what stands before for a part of the address, and then for its host, whose public
suffix it checks: most such addresses it refutes, and the others it finds with their path.
"""

import regex

from datagov.detect.pii.presidio import has_public_suffix
from datagov.detect.pii.rules import Pattern, Recogniser

_LABEL = r"[A-Za-z0-9][A-Za-z0-9\-]*"

MAILBOXES = (
    Recogniser(
        "MailboxInPathRecognizer",
        "EMAIL_ADDRESS",
        (
            Pattern(
                "in a path or query",
                rf"(?<=/|[?&][A-Za-z_.\-]{{1,30}}=)[A-Za-z0-9_][A-Za-z0-9._%+\-]*@(?:{_LABEL}\.)+[A-Za-z]{{2,24}}"
                r"(?![A-Za-z0-9_@\-])",
                0.5,
                # An at sign is seldom, a slash is not.
                r"[A-Za-z0-9._%+\-]@[A-Za-z0-9]",
            ),
        ),
        int(regex.IGNORECASE),
        validate=has_public_suffix,
        minds_neighbours=True,
    ),
)
