"""Compiling kernels, and keeping what was compiled for the next process.

numba's cache looks at the file of a function only, and would go on using what was compiled from
other files before they changed. So what is kept lies in a folder named by the sources of the
kernel's package and of this one: a kernel calls only kernels of these two.
"""

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numba

Result = TypeVar("Result")


def kernel(function: Callable[..., Result]) -> Callable[..., Result]:
    """Returns `function` compiled at its first call; it releases the GIL.

    Arguments are typed by numba when it is called, and more loosely than annotations are.
    """
    folder = _folder(Path(function.__code__.co_filename).parent)
    if folder is None:
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        return numba.njit(nogil=True, cache=True)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


@lru_cache(maxsize=16)
def _folder(package: Path) -> str | None:
    """Returns where to keep what is compiled; None if nowhere: that costs time, not results."""
    digest = hashlib.sha256(str(package).encode())
    for path in (*sorted(package.glob("*.py")), *sorted(Path(__file__).parent.glob("*.py"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "datagov" / f"kernels-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return str(folder) if os.access(folder, os.W_OK) else None
