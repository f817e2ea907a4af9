"""Asks the spawner for a worker and waits for its end; runs one itself if there is no spawner.

A script that imports next to nothing: it is what Beam starts, watches and kills as its worker.

    python -IS forked_worker.py ADDRESS COMMAND...
"""

import json
import os
import socket
import sys


def main(address: str, command: list[str]) -> int:
    """Returns the exit code of the worker."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as spawner:
        try:
            spawner.connect(f"\0{address}")
        except OSError:
            os.execv(command[0], command)  # noqa: S606
        socket.send_fds(spawner, [b"."], [sys.stderr.fileno()])
        spawner.sendall(json.dumps(dict(os.environ)).encode())
        spawner.shutdown(socket.SHUT_WR)
        # Ends without a word if the worker is killed.
        answer = spawner.recv(1)
    if answer == b"?":
        os.execv(command[0], command)  # noqa: S606
    return 0 if answer == b"0" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
