"""Inputs as the user names them, and what can be wrong with where they lie.

What file systems and their drivers raise is told here as an error of the input: which one it is,
and what to do about it.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import fsspec

from datagov.corpus.shards import Shard, list_shards
from datagov.errors import InputError


def list_inputs(inputs: Sequence[str]) -> tuple[Shard, ...]:
    """Returns the shards that `inputs` name; see `shards.list_shards`.

    Raises:
        InputError: As there; also an unknown protocol, a driver that is not installed, a place
            that cannot be reached, a link to nothing, or a name that is not UTF-8.
        ConfigError: As there.
    """
    for given in inputs:
        _check_reachable(given)
    try:
        shards = list_shards(inputs)
    except OSError as error:
        raise InputError(_unreadable(error, inputs)) from error
    misnamed = [shard.name for shard in shards if not _is_utf8(shard.name)]
    if misnamed:
        raise InputError(
            "\n".join(f"{printable(name)}: the name is not UTF-8; rename it" for name in misnamed)
        )
    return shards


def printable(name: str) -> str:
    """Returns `name` with bytes that are not UTF-8 written out, so that any terminal shows it."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_reachable(given: str) -> None:
    scheme = urlsplit(given).scheme if "://" in given else ""
    if not _is_utf8(given):
        raise InputError(f"{printable(given)}: the name is not UTF-8; rename it")
    try:
        filesystem, path = fsspec.core.url_to_fs(given)
        if scheme not in ("", "file", "local"):
            filesystem.exists(path)
    except ImportError as error:
        # fsspec's own words: which package to install.
        raise InputError(f"{given}: {scheme}:// needs a driver: {error}") from error
    except Exception as error:
        if scheme and scheme not in fsspec.available_protocols():
            known = "a path, file://, s3://, gs://, https:// or another of fsspec's"
            raise InputError(f"{given}: unknown protocol {scheme!r}; expected {known}") from error
        raise InputError(
            f"{given}: cannot be reached ({type(error).__name__}); look at the name, the network "
            "and your credentials"
        ) from error


def _unreadable(error: OSError, inputs: Sequence[str]) -> str:
    name = printable(str(error.filename or ", ".join(inputs)))
    if isinstance(error, FileNotFoundError):
        return f"{name}: is not there, or is a link to nothing; mend or remove it"
    return f"{name}: cannot be read ({error.strerror or type(error).__name__})"
