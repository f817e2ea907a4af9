"""The process that workers are forked from; see `spawning`.

It imports what every worker needs and makes the tables that detectors and digests look up, then
forks a worker for whoever asks at its socket. It has one thread, which is what makes forking safe;
should a library have started another, it forks nothing and workers start by themselves.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
from pathlib import Path

from datagov.beam.forked_worker import ENDED, FORKED, is_own
from datagov.beam.worker import main as run_worker

PATIENCE_S = 10
"""How long the spawner waits for who has connected to say what is wanted."""

_SLEEPING = ("polars-ooc-clea",)
"""Threads that may be there: polars' one that will clean up after queries larger than memory."""


def main(listening: int) -> None:
    """Serves until standard input ends; in the processes that it forks, runs a worker.

    Args:
        listening: File descriptor of the socket to serve at.
    """
    # Ctrl-C reaches all processes: the driver tells of it, and the others end with the driver.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nobody waits for the workers here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=listening) as server:
        prepare()
        asked = _serve(server)
    if asked:
        _run(asked)


def prepare() -> None:
    """Imports and computes what workers share.

    No table is sorted or joined here: Arrow and polars start threads for that.
    """
    import pyarrow as pa
    from apache_beam.runners.worker import sdk_worker_main  # noqa: F401

    import datagov.beam.duplicates
    import datagov.beam.transforms  # noqa: F401
    from datagov.corpus.batch import Cells
    from datagov.detect.kinds import kind_counts, repeated_line_shares
    from datagov.detect.language import identify
    from datagov.detect.pii import PiiDetector
    from datagov.duplicates.normalising import normalised
    from datagov.duplicates.sketches import sketch

    PiiDetector().plan()
    text = pa.array(["one text"], pa.large_string())
    kind_counts(text)
    repeated_line_shares(text, 1)
    identify(text)
    normalised(text)
    sketch(Cells(pa.array([0]), pa.array(["text"]), text), 1, bytes(32))
    # Else each worker's garbage collector would write to all that is shared, and so copy it.
    gc.collect()
    gc.freeze()


def _serve(server: socket.socket) -> socket.socket | None:
    """Returns in each forked process the connection to who asked for it, at the end None."""
    while True:
        ready, _, _ = select.select([server, sys.stdin], [], [])
        if sys.stdin in ready:
            return None
        connection, _ = server.accept()
        connection.settimeout(PATIENCE_S)
        try:
            if is_own(connection) and _forked(connection):
                return connection
        except OSError:
            # Who asked is gone, or says nothing: others wait.
            pass
        connection.close()


def _forked(connection: socket.socket) -> bool:
    """Returns whether this is the worker that was asked for."""
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
    environment = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    is_worker = False
    if descriptors and _can_fork():
        # Before there is a worker, which may say that it has ended.
        connection.sendall(FORKED)
        is_worker = os.fork() == 0
    if is_worker:
        connection.settimeout(None)
        os.dup2(descriptors[0], 2)
        os.environ.clear()
        os.environ.update(json.loads(environment))
    for descriptor in descriptors:
        os.close(descriptor)
    return is_worker


def _can_fork() -> bool:
    """Returns whether no other thread could hold a lock that the forked process waits for."""
    names = (Path(each, "comm").read_text().strip() for each in Path("/proc/self/task").iterdir())
    return sum(name not in _SLEEPING for name in names) <= 1


def _run(asked: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(asked,), daemon=True).start()
    run_worker()
    asked.sendall(ENDED)


def _end_with(asked: socket.socket) -> None:
    """Ends this process when who asked for it is gone: Beam kills that one, not this."""
    poll = select.poll()
    poll.register(asked, 0)
    poll.poll()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
