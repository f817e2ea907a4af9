"""The last resort: what nobody foresaw becomes one line for people and a trace for who mends it.

The text of such an exception is a library's and may quote the corpus, so it goes into the trace,
which its owner alone can read, and never into a message or a log.
"""

import contextlib
import os
import tempfile
import traceback
from pathlib import Path

from datagov.errors import DatagovError

TRACE = "trace.txt"


def fault(error: BaseException, folder: Path | None = None, step: str = "") -> DatagovError:
    """Returns the error to tell of `error`, after writing its trace down.

    Args:
        error: What was raised.
        folder: Where the trace goes; the folder for temporary files if None or not writable.
        step: What was being done, in words that are ours.
    """
    kind = type(error).__name__
    # What the system says of a file is its own; the name of the file is left out.
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    where = f" in {step}" if step else ""
    trace = _write("".join(traceback.format_exception(error)), folder)
    about = (
        f"the trace is in {trace}; it may quote the corpus: look before you pass it on"
        if trace
        else "there was no place to write the trace to"
    )
    return DatagovError(f"a fault of ours{where}: {kind}{reason}; {about}")


def private_file(path: Path) -> Path:
    """Returns `path`, after making it an empty file that its owner alone can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
    return path


def _write(text: str, folder: Path | None) -> Path | None:
    if folder is not None:
        with contextlib.suppress(OSError):
            return _filled(private_file(folder / TRACE), text)
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="datagov-", suffix=f".{TRACE}")
        os.close(handle)
        return _filled(Path(name), text)
    return None


def _filled(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path
