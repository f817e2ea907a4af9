"""Workers are forked from a process that is ready, and no process outlives who needs it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datagov.beam import forked_worker, spawning

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

WORKER = [sys.executable, "-IS", forked_worker.__file__]


def children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def eventually(condition, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_without_a_spawner_a_worker_runs_by_itself():
    command = [sys.executable, "-c", "print('by itself')"]
    done = subprocess.run([*WORKER, "none", *command], capture_output=True, text=True, check=True)
    assert done.stdout == "by itself\n"


def test_a_worker_is_forked_and_ends_with_who_asked_for_it(tmp_path):
    spawning.start.cache_clear()
    spawner = spawning.start()
    try:
        # Nobody listens there: a worker that has started waits for its runner.
        environment = os.environ | {"CONTROL_API_SERVICE_DESCRIPTOR": 'url: "localhost:1"'}
        asking = subprocess.Popen(
            [*WORKER, spawner.address, sys.executable, "-c", "print('not forked')"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=(tmp_path / "log").open("w"),
        )
        assert eventually(lambda: children(spawner.process.pid)), asking.communicate()
        assert asking.poll() is None
        asking.kill()
        assert asking.communicate()[0] == b""
        assert eventually(lambda: not children(spawner.process.pid))
    finally:
        spawning.start.cache_clear()
        spawner.process.stdin.close()
    assert spawner.process.wait(60) == 0
    with socket.socket(socket.AF_UNIX) as other, pytest.raises(ConnectionRefusedError):
        other.connect(f"\0{spawner.address}")
