"""Progress of a run, read off what workers have finished on disk.

Any runner, any number of workers: what is finished is a folder with a known name, so the driver
can count without a channel of its own to the workers.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

log = logging.getLogger("datagov")

POLL_S = 0.5
LOG_EVERY_S = 30.0


@contextlib.contextmanager
def scanning(
    splits: Sequence[tuple[Path, int]], written: Callable[[], int], n_parts: int, *, bars: bool
) -> Iterator[None]:
    """Shows how far a scan is while the block runs.

    Args:
        splits: Where the evidence of each split will appear, and the split's size in bytes.
        written: Returns how many parts are written.
        n_parts: How many parts there are.
        bars: Bars on stderr; else a log line every LOG_EVERY_S seconds.
    """
    stop = threading.Event()
    watch = _draw if bars else _log_lines
    thread = threading.Thread(target=watch, args=(splits, written, n_parts, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _finished_bytes(splits: Sequence[tuple[Path, int]]) -> int:
    return sum(n_bytes for path, n_bytes in splits if path.exists())


def _draw(
    splits: Sequence[tuple[Path, int]],
    written: Callable[[], int],
    n_parts: int,
    stop: threading.Event,
) -> None:
    total = sum(n_bytes for _, n_bytes in splits)
    reused = _finished_bytes(splits)
    with (
        # Rate and remaining time are those of what is done now, not of what was there already.
        tqdm(total=total, initial=reused, unit="B", unit_scale=True, desc="scan ") as scanned,
        tqdm(total=n_parts, initial=written(), unit="part", desc="write") as parts,
    ):
        stopping = False
        while not stopping:
            stopping = stop.wait(POLL_S)
            scanned.update(_finished_bytes(splits) - scanned.n)
            parts.update(written() - parts.n)


def _log_lines(
    splits: Sequence[tuple[Path, int]],
    written: Callable[[], int],
    n_parts: int,
    stop: threading.Event,
) -> None:
    total = sum(n_bytes for _, n_bytes in splits)
    reused = _finished_bytes(splits)
    started = time.monotonic()
    while not stop.wait(LOG_EVERY_S):
        done = _finished_bytes(splits)
        log.info(
            "scanned %s of %s (%s), wrote %d of %d parts",
            sized(done),
            sized(total),
            pace(done - reused, total - done, time.monotonic() - started),
            written(),
            n_parts,
        )


def pace(done: int, left: int, elapsed_s: float) -> str:
    """Returns rate and remaining time in words, such as `12.3 MB/s, 1:05 left`."""
    rate = done / elapsed_s
    if not rate:
        return "no split finished yet"
    minutes, seconds = divmod(round(left / rate), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{sized(rate)}/s, {clock} left"


def sized(n_bytes: float) -> str:
    """Returns a number of bytes in MB, or in kB where that would be none: `12.3 MB`, `45 kB`."""
    if n_bytes < 1e5:
        return f"{n_bytes / 1e3:,.0f} kB"
    return f"{n_bytes / 1e6:,.1f} MB"
