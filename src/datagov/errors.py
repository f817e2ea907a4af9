"""What can go wrong, sorted by what the user can do about it.

Every message says what is wrong, where, what was expected and how to mend it. It never quotes
text of the corpus: messages end up in logs, and logs get shipped.
"""


class DatagovError(Exception):
    """Base of all errors that datagov raises on purpose; `exit_code` is the process's."""

    exit_code = 3


class ConfigError(DatagovError):
    """A flag, policy or source registry is wrong: mend it and run again."""

    exit_code = 2


class InputError(DatagovError):
    """An input cannot be used at all (missing, unreadable, of no known format)."""

    exit_code = 2


class OutputError(DatagovError):
    """The release cannot be written where it was asked for (exists, in use, disk full)."""

    exit_code = 2


class VerificationError(DatagovError):
    """A release does not hold what its manifest says."""

    exit_code = 1


class GateFailed(DatagovError):
    """The run is done, and a gate failed."""

    exit_code = 1


class AccountingError(DatagovError):
    """Records were lost or invented on the way: a fault of ours; nothing is published."""

    exit_code = 3
