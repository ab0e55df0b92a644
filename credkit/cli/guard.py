"""Whatever happens inside of a command becomes an exit code and at most one sentence; a traceback is shown only with ``--debug``."""

from __future__ import annotations

from collections.abc import Callable

from credkit.cli.exits import ExitCode, exit_code_of
from credkit.cli.terminal import StandardOutputError, discard_output, safe, tell, without_keys
from credkit.errors import CredkitError

__all__ = ["guarded"]


def guarded(action: Callable[[], int], *, debug: bool = False) -> int:
    """The exit code of ``action``."""
    try:
        return action()
    except CredkitError as error:
        _show_trace(shown=debug)
        tell(error)
        return exit_code_of(error)
    except KeyboardInterrupt:
        tell("interrupted; every existing file is as it was")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return ExitCode.BROKEN_PIPE
    except StandardOutputError as error:
        _show_trace(shown=debug)
        discard_output()
        tell(f"standard output cannot be written: {error}")
        return ExitCode.OUTPUT_LOST
    except Exception as error:
        _show_trace(shown=debug)
        tell(f"a fault in credkit itself ({type(error).__name__}): run the same again with --debug and report what it shows")
        return ExitCode.FAULT


def _show_trace(*, shown: bool) -> None:
    if shown:
        import traceback

        for line in without_keys(traceback.format_exc()).splitlines():
            tell(safe(line))
