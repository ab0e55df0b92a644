"""What the exit codes of ``credkit`` mean: one table for the code, for ``--help`` and for the documentation.

``verify`` answers with a verdict, so its codes differ from those of the other commands. A command line that cannot be understood ends
``verify`` with 3, never with 2, so that 2 always means a file without credentials there.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from credkit.errors import AssetError, CredkitError, MalformedError, NoCredentialsError, TrustError

__all__ = ["EXIT_TABLE", "LINT_TABLE", "VERIFY_TABLE", "ExitCode", "exit_code_of", "worst_verdict"]


class ExitCode(IntEnum):
    """Exit codes of every command; the verdicts are those of ``verify`` alone."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNREADABLE = 3
    FAULT = 70
    OUTPUT_LOST = 74
    INTERRUPTED = 130
    BROKEN_PIPE = 141

    NOT_MET = 1
    NO_CREDENTIALS = 2


EXIT_TABLE = """exit codes:
  0    done
  1    refused, with the reason in one sentence; every existing file is as it was
  2    the command line is wrong
  3    a file that was named cannot be read or used
  70   a fault in credkit itself (--debug shows where)
  74   standard output cannot be written
  130  interrupted (Ctrl-C)
  141  the reader of the output went away
  of several files the worst code counts: 70, then 3, then 1, then 0"""

VERIFY_TABLE = """exit codes:
  0    every file meets --require and --policy
  1    a file does not: its credentials are invalid, or not trusted where that is required, or a rule of the policy is not met
  2    a file has no credentials
  3    no verdict: a file, its credentials or a trust list cannot be read, or the command line is wrong
  of several files the worst code counts: 70, then 3, then 1, then 2, then 0
  70, 74, 130 and 141 as for the other commands"""

LINT_TABLE = """exit codes:
  0    every file has what the regimes ask for, as far as a program can see
  1    a file lacks something, or has it wrong
  2    the command line is wrong
  3    a file or a trust list cannot be read
  of several files the worst code counts
  70, 74, 130 and 141 as for the other commands"""

_SEVERITY = (ExitCode.OK, ExitCode.NO_CREDENTIALS, ExitCode.NOT_MET, ExitCode.UNREADABLE, ExitCode.FAULT)


def exit_code_of(error: CredkitError) -> ExitCode:
    """3 when a file that was named cannot be read or used, 1 for everything else that is refused."""
    unreadable = isinstance(error, AssetError | MalformedError | TrustError) and not isinstance(error, NoCredentialsError)
    return ExitCode.UNREADABLE if unreadable else ExitCode.REFUSED


def worst_verdict(codes: Iterable[ExitCode]) -> ExitCode:
    """The one code for several files. A fault of ours weighs most, then unreadable, because nothing is known then; absent credentials are
    no sign of a change.
    """
    return max(codes, key=_SEVERITY.index, default=ExitCode.OK)
