"""The folder beside a release in which it grows: finished evidence, finished parts, a lock.

A release `OUT` grows in `OUT.work`. Whatever is finished there was put in place by one rename of
a folder, so a run killed at any moment leaves only whole things and nameless leftovers, and the
same command goes on from the whole ones.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from datagov import errors
from datagov.errors import DatagovError, OutputError
from datagov.faults import fault

OF_RUNS = "runs"
"""The folder for all that a run does not take over from the one before."""


@dataclass(frozen=True)
class Workspace:
    """Paths of one run's work folder; creating the value touches nothing on disk.

    Attributes:
        path: The work folder.
        run: What this run's own folder is called: workers of a killed run may live on for some
            seconds, and must not write into what belongs to the next.
    """

    path: Path
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    def evidence(self, key: str) -> Path:
        """Returns where the evidence of the split with this key is, or will be."""
        return self.path / "evidence" / key

    def part(self, key: str) -> Path:
        """Returns where the materialised part with this key is, or will be."""
        return self.path / "parts" / key

    def benchmark(self, key: str) -> Path:
        """Returns where the index of the evaluation set with this key is, or will be."""
        return self._own / "benchmarks" / key

    def overlaps(self, name: str, index: int | None = None) -> Path:
        """Returns the folder for files on passages of a kind, or such a file, of this run."""
        folder = self._of_run(f"overlaps/{name}")
        return folder if index is None else folder / f"{index:06d}.parquet"

    def records(self, part: int) -> Path:
        """Returns where what is known of the records of the part goes, in this run."""
        return self._of_run("records") / f"{part}.parquet"

    def exchange(self, name: str, index: int) -> Path:
        """Returns where tables go that a step makes of a part or bucket for others, in this run."""
        return self._of_run("exchange") / f"{name}-{index}.parquet"

    def bands(self, part: int) -> Path:
        """Returns where the keys of bands of the part with this index go, in this run."""
        return self._of_run("bands") / f"{part}.parquet"

    def pairs(self, part: int, name: str) -> Path:
        """Returns where the pairs go that begin in the part with this index, in this run."""
        return self._of_run("pairs") / f"{part}-{name}.parquet"

    def edges(self, part: int, name: str) -> Path:
        """Returns where the edges go that end in the part with this index, in this run."""
        return self._of_run("edges") / f"{part}-{name}.parquet"

    @property
    def _own(self) -> Path:
        return self.path / OF_RUNS / self.run

    def _of_run(self, name: str) -> Path:
        folder = self._own / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def staging(self) -> Path:
        """The folder that becomes the release."""
        return self._own / "staging"

    @property
    def passages(self) -> Path:
        """The table of passages that records share; beside it, as JSON, what was counted."""
        return self.overlaps("all") / "passages.parquet"

    @property
    def worker_log(self) -> Path:
        """The file for what worker processes say; it may quote the corpus."""
        return self.path / "workers.log"

    @property
    def annotations(self) -> Path:
        """The folder of the corpus-wide annotation assessment."""
        return self._own / "annotations"

    def note_part(self, index: int, folder: Path) -> str:
        """Notes that the part with this index lies in `folder`; returns the folder's name."""
        with writing_to(self.path):
            notes = self._of_run("written")
            (notes / f"{index}.txt").write_text(folder.name, encoding="utf-8")
        return folder.name

    def n_written(self) -> int:
        """Returns how many parts this run has written or found written."""
        return sum(1 for _ in (self._own / "written").glob("*.txt"))

    def noted_parts(self) -> list[Path]:
        """Returns the folders of all parts that this run wrote or found written, in order."""
        notes = sorted((self._own / "written").glob("*.txt"), key=lambda note: int(note.stem))
        return [self.path / "parts" / note.read_text("utf-8") for note in notes]

    @contextlib.contextmanager
    def building(self, target: Path) -> Iterator[Path]:
        """Yields an empty folder that becomes `target` by one rename when the block succeeds."""
        building = self._own / "building" / uuid.uuid4().hex
        with writing_to(self.path):
            building.mkdir(parents=True)
            try:
                yield building
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    building.rename(target)
                except OSError as error:
                    # Another worker finished the same thing first; its bytes are the same.
                    if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                        raise
            finally:
                shutil.rmtree(building, ignore_errors=True)

    @contextlib.contextmanager
    def reporting(self, step: str) -> Iterator[None]:
        """Leaves a note of an error for the driver: runners pass on only its text.

        Args:
            step: What the block does, in words.
        """
        try:
            yield
        except Exception as error:
            told = error if isinstance(error, DatagovError) else fault(error, self.path, step)
            body = {"class": type(told).__name__, "message": str(told)}
            # Where not even the note can be written, the driver tells what the runner passes on.
            with contextlib.suppress(OSError):
                notes = self._of_run("errors")
                (notes / f"{uuid.uuid4().hex}.json").write_text(json.dumps(body), encoding="utf-8")
            raise

    def reported(self) -> DatagovError | None:
        """Returns the error that a worker reported, if one did.

        Of several the first by text of those that the user can do something about.
        """
        notes = [json.loads(p.read_text("utf-8")) for p in (self._own / "errors").glob("*.json")]
        told = [getattr(errors, note["class"])(note["message"]) for note in notes]
        return min(told, key=lambda each: (type(each) is DatagovError, str(each)), default=None)


def place(source: Path, target: Path) -> None:
    """Makes a file appear at `target` too: as a link, or as a copy where there can be none."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.EMLINK):
            raise
        shutil.copyfile(source, target)


@contextlib.contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turns the operating system's word for "cannot write here" into an OutputError."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.EROFS: "the file system is read-only",
            errno.EACCES: "permission denied",
            errno.EFBIG: "the file would pass the size limit",
        }
        if error.errno not in reasons:
            raise
        raise OutputError(
            f"{path}: cannot write, {reasons[error.errno]}; make room or choose another "
            "--out, then run the same command again: what is finished will be used"
        ) from error


def check_free(out: Path) -> None:
    """Looks whether a release can appear at `out`, as far as that can be told without writing.

    Raises:
        OutputError: It exists already, its name is not UTF-8, or it cannot be made there.
    """
    try:
        os.fspath(out).encode()
    except UnicodeEncodeError as error:
        raise OutputError(f"{os.fspath(out)!a}: the name is not UTF-8; choose another") from error
    if os.path.lexists(out):
        raise OutputError(
            f"{out}: exists already, and releases are never written over; "
            "choose another --out, or remove it yourself"
        )
    there = next((parent for parent in out.parents if os.path.lexists(parent)), Path("/"))
    if not there.is_dir():
        raise OutputError(f"{out}: {there} is no folder; choose another --out")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"{out}: you may not write in {there}; choose another --out")


@contextlib.contextmanager
def claim(out: Path) -> Iterator[Workspace]:
    """Yields the workspace of the release `out`, held by this process alone.

    Raises:
        OutputError: `out` exists already, cannot be written, or another run is building it.
        DatagovError: Something failed in the block that nobody foresaw; the trace is in the
            workspace.
    """
    check_free(out)
    workspace = Workspace(out.with_name(out.name + ".work"))
    try:
        workspace.path.mkdir(parents=True, exist_ok=True)
        workspace.path.chmod(0o700)
        handle = os.open(workspace.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise OutputError(
            f"{workspace.path}: cannot be made ({error.strerror}); choose another --out"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"{out}: another run is building this release; wait for it, or choose another --out"
            ) from error
        shutil.rmtree(workspace.path / OF_RUNS, ignore_errors=True)
        yield workspace
    except DatagovError:
        raise
    except Exception as error:
        raise fault(error, workspace.path) from error
    finally:
        os.close(handle)


def publish(workspace: Workspace, out: Path) -> None:
    """Makes the staged release appear at `out` by one rename, then removes the workspace.

    Raises:
        OutputError: Something appeared at `out` in the meantime.
    """
    with writing_to(workspace.path):
        _sync(workspace.staging)
    try:
        workspace.staging.rename(out)
    except OSError as error:
        raise OutputError(
            f"{out}: something appeared here while the release was built; "
            "remove it and run the same command again"
        ) from error
    _sync_directory(out.parent)
    shutil.rmtree(workspace.path, ignore_errors=True)


def _sync(root: Path) -> None:
    """Flushes all files below `root`: a rename that outlives a power cut must not name holes."""
    for path in sorted(root.rglob("*")):
        if path.is_dir():
            _sync_directory(path)
        else:
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    _sync_directory(root)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
