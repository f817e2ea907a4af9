"""Which engine runs a pipeline, and with how many workers."""

import contextlib
import ctypes
import difflib
import io
import logging
import os
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import create_runner
from apache_beam.transforms import environments
from apache_beam.transforms.environments import Environment

from datagov.beam.spawning import worker_command
from datagov.declared import nearest
from datagov.errors import ConfigError, DatagovError
from datagov.faults import private_file

LOCAL = "local"
_LOST = "Channel closed prematurely"
M_ARENA_MAX = -8
"""glibc's mallopt(3)."""


@dataclass(frozen=True)
class Engine:
    """A Beam runner by name, its workers, and the flags that go to Beam as they are.

    Attributes:
        runner: `local`, or the name of any Beam runner.
        n_workers: Worker processes of the local runner; 1 runs inside this process.
        flags: Further Beam flags.
    """

    runner: str = LOCAL
    n_workers: int = 1
    flags: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        """The engine in words."""
        if self.runner != LOCAL:
            return self.runner
        return f"{self.n_workers} worker process{'es' if self.n_workers > 1 else ''}"


def default_workers() -> int:
    """Returns the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check(engine: Engine) -> None:
    """Raises ConfigError when there is no such runner, or flags lose records or make no sense."""
    words = " ".join(engine.flags).replace("=", " ").split()
    if "multi_threading" in words:
        raise ConfigError(
            "--direct_running_mode=multi_threading loses records: Beam's threads race, and a plain "
            "sum came out short in 3 of 6 runs with exit code 0; use --workers N instead"
        )
    if engine.n_workers < 1:
        raise ConfigError(f"--workers {engine.n_workers}: expected 1 or more")
    _check_flags(engine)
    if engine.runner != LOCAL:
        _check_runner(engine.runner)


def _check_flags(engine: Engine) -> None:
    flags = list(engine.flags)
    said = io.StringIO()
    try:
        # Beam parses flags with argparse, which ends the process when it does not like one.
        with contextlib.redirect_stderr(said):
            known = PipelineOptions(flags).get_all_options()
            given = PipelineOptions(flags).get_all_options(retain_unknown_options=True)
    except SystemExit as error:
        what = said.getvalue().strip().rpartition("error: ")[2]
        raise ConfigError(f"flags behind --: {what}; see Beam's pipeline options") from error
    unknown = sorted(given.keys() - known.keys())
    # Other runners have options of their own, which Beam passes on.
    for before, word in pairwise(["", *flags]):
        if not word.startswith("-") and (not before.startswith("-") or "=" in before):
            raise ConfigError(f"flags behind --: {word!r} is no flag; expected --flag=value")
    if unknown and engine.runner == LOCAL:
        close = difflib.get_close_matches(unknown[0], list(known), n=1)
        hint = f"; did you mean --{close[0]}?" if close else ""
        raise ConfigError(f"flags behind --: no such flag: --{unknown[0]}{hint}")


def _check_runner(name: str) -> None:
    known = [LOCAL, *StandardOptions.KNOWN_RUNNER_NAMES]
    try:
        create_runner(name)
    except ImportError as error:
        raise ConfigError(
            f"--runner {name}: needs a package that is not installed ({error}); install it"
        ) from error
    except (ValueError, AttributeError, TypeError) as error:
        raise ConfigError(f"--runner {name}: no such runner{nearest(name, known)}") from error


@contextlib.contextmanager
def threads_tell(log: Path) -> Iterator[None]:
    """Writes to `log` what ends a thread while the block runs.

    Beam's threads say on stderr that a worker is gone; that is told in one line, see `lost_worker`.
    """
    before = threading.excepthook

    def note(ended: threading.ExceptHookArgs) -> None:
        with contextlib.suppress(OSError), log.open("a", encoding="utf-8") as file:
            traceback.print_exception(ended.exc_value, file=file)

    threading.excepthook = note
    try:
        yield
    finally:
        threading.excepthook = before


def lost_worker(error: Exception) -> DatagovError | None:
    """Returns what to tell if `error` is Beam's word for a worker process that is gone."""
    if _LOST not in str(error):
        return None
    return DatagovError(
        "a worker process was killed or died, as a rule for lack of memory; run the same command "
        "again with fewer --workers or a smaller --split-mb: what is finished will be used"
    )


def pipeline(engine: Engine, worker_log: Path) -> beam.Pipeline:
    """Returns an empty pipeline on `engine`.

    Args:
        engine: What runs it.
        worker_log: Where local worker processes write what they would say on stderr: Beam prints
            the trace of every error there, and a trace may quote the corpus.
    """
    check(engine)
    _keep_one_arena()
    # A failure reaches the driver as an exception; its trace may quote the corpus.
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    if engine.runner != LOCAL:
        return beam.Pipeline(options=PipelineOptions([f"--runner={engine.runner}", *engine.flags]))
    options = PipelineOptions([f"--direct_num_workers={engine.n_workers}", *engine.flags])
    # By its own name: Beam's `DirectRunner` may go looking for a binary to run instead.
    runner = FnApiRunner(default_environment=_environment(engine, worker_log))
    return beam.Pipeline(runner=runner, options=options)


def _keep_one_arena() -> None:
    """Keeps the C library from giving each of Beam's threads memory that it then never returns.

    What MALLOC_ARENA_MAX does for workers; without effect where there is no glibc.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _environment(engine: Engine, worker_log: Path) -> Environment:
    """Returns where the local runner runs: in this process, or in worker processes."""
    if engine.n_workers == 1:
        return environments.EmbeddedPythonEnvironment.default()
    command = worker_command(private_file(worker_log))
    return environments.SubprocessSDKEnvironment.from_command_string(command_string=command)
