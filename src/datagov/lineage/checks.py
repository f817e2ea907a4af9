"""What a verification found: one check per thing that holds, one per thing that does not."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from datagov.errors import DatagovError, VerificationError


class ContentError(DatagovError):
    """A file of a release does not say what it must, or must not be believed.

    Attributes:
        file: Its name.
        detail: What is wrong with it.
    """

    def __init__(self, file: str, detail: str) -> None:
        super().__init__(f"{file}: {detail}")
        self.file = file
        self.detail = detail


@dataclass(frozen=True)
class Check:
    """The outcome of one check.

    Attributes:
        name: What was checked: `signature`, `statement`, `files`, `manifest`, `byproducts`,
            `counts`, `merkle`, `accounting`, `gates`, `outputs`, `corpus`.
        ok: Whether it holds.
        detail: What was found; for a failure also what was expected.
        file: The file that does not hold, relative to the release; empty if it is none alone.
        field: Where in the file.
    """

    name: str
    ok: bool
    detail: str
    file: str = ""
    field: str = ""

    def line(self) -> str:
        """Returns the check as one line for people."""
        place = ", ".join(part for part in (self.file, self.field) if part)
        return f"{self.name}: {place + ': ' if place else ''}{self.detail}"


@dataclass(frozen=True)
class VerificationReport:
    """All checks of one release.

    Attributes:
        release: The directory as it was named.
        key_id: The key that was trusted.
        checks: In the order in which they were made.
    """

    release: str
    key_id: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.ok)

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON-ready objects."""
        return {"ok": self.ok, **asdict(self), "checks": [asdict(check) for check in self.checks]}

    def require(self) -> None:
        """Raises VerificationError, naming the first failure and how many there are, unless ok."""
        if not self.ok:
            more = len(self.failures) - 1
            raise VerificationError(
                f"{self.release}: {self.failures[0].line()}"
                + (f" (and {more} more)" if more else "")
            )


@contextmanager
def reading(file: str) -> Iterator[None]:
    """Turns whatever goes wrong with the content of `file` into a ContentError that names it.

    A file may carry a good signature and still be nonsense.
    """
    try:
        yield
    except ContentError:
        raise
    except DatagovError as error:
        raise ContentError(file, str(error)) from error
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        # The library's own message could quote content.
        raise ContentError(file, f"cannot be read ({type(error).__name__})") from error


def summed_up(
    name: str, detail: str, find: Callable[[], Iterable[Check]], file: str = ""
) -> Iterator[Check]:
    """Yields the failures that `find` finds; or, if there are none, that `name` holds.

    What `find` cannot read is a failure too; `file` is where to look if nothing else is known.
    """
    n_failures = 0
    try:
        with reading(file):
            for failure in find():
                n_failures += 1
                yield failure
    except ContentError as error:
        n_failures += 1
        yield Check(name, False, error.detail, error.file)
    if not n_failures:
        yield Check(name, True, detail)


def json_object(content: bytes, file: str) -> dict[str, Any]:
    """Returns the JSON object in `content`.

    Raises:
        ContentError: It is something else.
    """
    with reading(file):
        body = json.loads(content)
    if not isinstance(body, dict):
        raise ContentError(file, "is not a JSON object")
    return body


def differences(expected: Any, actual: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yields (path, what differs) for two JSON values; members are compared one by one."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in sorted(expected.keys() | actual.keys()):
            path = f"{at}.{name}" if at else name
            if name not in actual:
                yield path, "is missing"
            elif name not in expected:
                yield path, "should not be there"
            else:
                yield from differences(expected[name], actual[name], path)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for i, pair in enumerate(zip(expected, actual, strict=True)):
            yield from differences(*pair, f"{at}[{i}]")
    elif type(expected) is not type(actual) or expected != actual:
        yield at, f"expected {_brief(expected)}, found {_brief(actual)}"


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
