"""What can be wrong with the flags of a scan whatever its inputs are."""

from collections.abc import Sequence

from datagov.errors import ConfigError


def check_flags(text_fields: Sequence[str], name: str | None, version: str) -> None:
    """Raises ConfigError, with a line for each mistake, unless flags make sense by themselves."""
    wrong = []
    repeated = {field for field in text_fields if list(text_fields).count(field) > 1}
    if repeated:
        wrong.append(f"--text-field {min(repeated)}: given twice; name each column once")
    for flag, value in (("--name", name), ("--release-version", version)):
        if value is not None and not value.strip():
            wrong.append(f"{flag}: is empty; give one, or leave the flag out")
    if wrong:
        raise ConfigError("\n".join(wrong))
