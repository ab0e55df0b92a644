"""The verbs on many files, one after the other or in several processes: results in the order of the files, and none stops the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from datetime import datetime
from functools import partial
from typing import Generic, Literal, TypeVar

from credkit.api.found_files import FoundFile, find_files
from credkit.api.pauses import Pause
from credkit.api.reading import verify_file
from credkit.dataclass import dataclass
from credkit.errors import CredkitError, DefinitionError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report

__all__ = ["FileOutcome", "each_file", "verify_files", "work_on"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome(Generic[_Value]):
    """What became of one file."""

    file: FoundFile
    value: _Value | None = None
    """What was wanted; None when there is a ``problem``."""
    problem: str | None = None
    """Why there is none: one sentence."""
    cause: Literal["file", "fault", "process"] | None = None
    """Whose problem it is: that of the file or of what was wanted of it, a fault of credkit itself, or that the process died."""


def each_file(
    action: Callable[[FoundFile], _Value],
    names: Iterable[str | os.PathLike[str]],
    *,
    jobs: int = 1,
    all_files: bool = False,
) -> Generator[FileOutcome[_Value], None, None]:
    """``action`` on every file that ``names`` stand for: files, folders with all below them, patterns (``find_files``). Results come in
    the order of the files, as soon as those before them are there.

    ``jobs`` is how many processes work (``workers.in_order``); with 1, no process is started. What cannot be found or read, an error that
    ``action`` raises, and a process that dies are the ``problem`` of one file.

    ``DefinitionError`` when there are no such processes to be had.
    """
    return work_on(action, find_files(names, all_files=all_files), jobs=jobs)


def verify_files(
    names: Iterable[str | os.PathLike[str]],
    *,
    jobs: int = 1,
    all_files: bool = False,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    profile: Profile | str = Profile.V2_4,
    limits: Limits = DEFAULT_LIMITS,
) -> Generator[FileOutcome[Report], None, None]:
    """A report on every file that ``names`` stand for, as ``verify_file`` makes it and ``each_file`` hands it out."""
    judge = partial(_report, policy=policy, at=at, profile=profile, limits=limits)
    return each_file(judge, names, jobs=jobs, all_files=all_files)


def _report(file: FoundFile, *, policy: TrustPolicy | None, at: datetime | None, profile: Profile | str, limits: Limits) -> Report:
    return verify_file(file.path, policy=policy, at=at, profile=profile, limits=limits, name=file.path)


def work_on(
    action: Callable[[FoundFile], _Value], files: Iterable[FoundFile | Pause], *, jobs: int
) -> Generator[FileOutcome[_Value], None, None]:
    """As ``each_file``, on files that were found."""
    from credkit.api.workers import Lost, in_order

    if jobs < 1:
        raise DefinitionError("at least one job is needed")
    for file, found in in_order(partial(_attempt, action), files, jobs=jobs):
        if isinstance(found, Lost):
            yield FileOutcome(file=file, cause="process", problem=f'the process that worked on "{file.path}" {found.reason}')
        else:
            yield found


def _attempt(action: Callable[[FoundFile], _Value], file: FoundFile) -> FileOutcome[_Value]:
    if file.problem is not None:
        return FileOutcome(file=file, problem=file.problem, cause="file")
    try:
        return FileOutcome(file=file, value=action(file))
    except CredkitError as error:
        return FileOutcome(file=file, problem=str(error), cause="file")
    except Exception as error:
        # The others are not to suffer for a fault that one file brings to light.
        name = type(error).__name__
        problem = (
            f'a fault in credkit itself ({name}) on "{file.path}": run the same on this file alone with --debug and report what it shows'
        )
        return FileOutcome(file=file, problem=problem, cause="fault")
