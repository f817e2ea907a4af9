"""How worker processes start: forked from one that has imported everything, where that is safe.

By itself each worker spends seconds on imports and tables, and keeps a quarter of a gigabyte for
them. Forked workers have both at once and share it. The process they are forked from, the spawner,
is started while this one is still busy with imports of its own, and ends with it.

    this process ── spawner: imports, listens ── fork ── Beam's worker
         └── Beam ── forked_worker: asks, waits ─┘
"""

import fcntl
import os
import secrets
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

MEMORY = {
    # Workers have many threads and large short-lived buffers: without this freed memory is kept.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4194304",
    "MALLOC_TRIM_THRESHOLD_": "8388608",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # Those of jemalloc, which polars and Arrow each bring.
    "_RJEM_MALLOC_CONF": "background_thread:false,dirty_decay_ms:0,muzzy_decay_ms:0",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # A process per core needs no threads of its own, and one with threads cannot be forked.
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
"""Environment of worker processes: read when a process starts, so nothing to set later."""

_CAN_FORK = sys.platform == "linux"
"""Elsewhere system libraries do not bear it."""


@dataclass(frozen=True)
class Spawner:
    """The process that workers are forked from; it ends when its standard input does.

    So it ends with this process, however that does, as long as nobody lets go of `process`.
    """

    process: "subprocess.Popen[bytes]"
    address: str


@lru_cache(maxsize=1)
def start() -> Spawner | None:
    """Returns the spawner, started at the first call; None where there can be none."""
    if not _CAN_FORK:
        return None
    address = f"datagov-{secrets.token_hex(16)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        # Listening from now on: who asks while it still imports will wait. A leading NUL makes a
        # name that is no file: there is nothing to clean up, whoever is killed.
        server.bind(f"\0{address}")
        server.listen()
        # Where standard streams are closed the socket may have got the number of one of them.
        listening = fcntl.fcntl(server.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "datagov.beam.spawner", str(listening)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listening],
            env=os.environ | MEMORY,
        )
    finally:
        os.close(listening)
    return Spawner(process, address)


def worker_command(log: Path) -> str:
    """Returns the shell command that runs a worker; what it says on stderr goes to `log`."""
    spawner = start()
    memory = " ".join(f"{name}={value}" for name, value in MEMORY.items())
    command = [sys.executable, "-m", "datagov.beam.worker"]
    if spawner:
        script = Path(__file__).with_name("forked_worker.py")
        command = [sys.executable, "-IS", str(script), spawner.address, *command]
    # Ctrl-C reaches all processes: the driver tells of it, and workers end with the driver.
    return f"trap '' INT; {memory} {shlex.join(command)} 2>>{shlex.quote(str(log))}"
