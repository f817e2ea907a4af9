"""Asks the spawner for a worker and waits for its end; runs one itself if there is no spawner.

A script that imports next to nothing: it is what Beam starts, watches and kills as its worker.

    python -IS forked_worker.py ADDRESS COMMAND...
"""

import json
import os
import socket
import struct
import sys

CREDENTIALS = struct.Struct("3i")
"""Process, user and group of who is at the other end of a connection; see unix(7)."""

FORKED, ENDED = b"f", b"0"
"""What the spawner says when there is a worker, and the worker at its end."""


def is_own(connection: socket.socket) -> bool:
    """Returns whether the same user is at the other end: an address is no file with permissions."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    _, user, _ = CREDENTIALS.unpack(credentials)
    return bool(user == os.getuid())


def _asked(connection: socket.socket, address: str) -> bool:
    """Returns whether a worker was forked."""
    try:
        connection.connect(f"\0{address}")
        if not is_own(connection):
            return False
        socket.send_fds(connection, [b"."], [sys.stderr.fileno()])
        connection.sendall(json.dumps(dict(os.environ)).encode())
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(1) == FORKED
    except OSError:
        # It has never been there, or is gone.
        return False


def main(address: str, command: list[str]) -> int:
    """Returns the exit code of the worker."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        if not _asked(connection, address):
            os.execv(command[0], command)  # noqa: S606
        try:
            # Ends without a word if the worker is killed.
            return 0 if connection.recv(1) == ENDED else 1
        except OSError:
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
