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


def test_where_the_spawner_goes_before_it_forks_a_worker_runs_by_itself():
    address = f"test-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{address}")
        server.listen()
        asking = subprocess.Popen(
            [*WORKER, address, sys.executable, "-c", "print('by itself')"], stdout=subprocess.PIPE
        )
        server.accept()[0].close()
    assert asking.communicate()[0] == b"by itself\n"


@pytest.fixture
def spawner():
    spawning.start.cache_clear()
    started = spawning.start()
    try:
        yield started
    finally:
        spawning.start.cache_clear()
        started.process.stdin.close()
        assert started.process.wait(60) == 0
        with socket.socket(socket.AF_UNIX) as other, pytest.raises(ConnectionRefusedError):
            other.connect(f"\0{started.address}")


def test_a_worker_is_forked_and_ends_with_who_asked_for_it(spawner, tmp_path):
    # Who connects and goes away keeps nobody else from a worker.
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(f"\0{spawner.address}")
    # Nobody listens there: a worker that has started waits for its runner.
    environment = os.environ | {"CONTROL_API_SERVICE_DESCRIPTOR": 'url: "localhost:1"'}
    with (tmp_path / "log").open("w") as log:
        asking = subprocess.Popen(
            [*WORKER, spawner.address, sys.executable, "-c", "print('not forked')"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert eventually(lambda: children(spawner.process.pid)), asking.communicate()
    assert asking.poll() is None
    asking.kill()
    assert asking.communicate()[0] == b""
    assert eventually(lambda: not children(spawner.process.pid))


def test_a_closed_standard_input_is_no_reason_to_have_no_spawner():
    script = (
        "from datagov.beam import spawning\n"
        "process = spawning.start().process\n"
        "assert int(process.args[-1]) > 2, process.args\n"
        "process.stdin.close()\n"
        "assert process.wait(60) == 0\n"
    )
    subprocess.run(f"exec {sys.executable} -c '{script}' <&-", shell=True, check=True)
