"""Where a passphrase comes from: a file descriptor, the environment, or the person at the terminal. Never from the command line, which
others see.
"""

from __future__ import annotations

import getpass
import os
import sys

from credkit.errors import CredentialError

__all__ = ["VARIABLE", "read_passphrase"]

VARIABLE = "CREDKIT_PASSPHRASE"
"""Environment variable that is asked before the terminal."""
_LONGEST = 4096


def read_passphrase(*, fd: int | None = None, confirm: bool = False, prompt: str = "Passphrase: ") -> str:
    """The first of: the first line from file descriptor ``fd``, the variable ``CREDKIT_PASSPHRASE``, the answer at the terminal.

    ``confirm`` is for a new passphrase: the terminal asks twice, and an empty one is refused. ``CredentialError`` when there is none to be
    had.
    """
    if fd is not None:
        return _not_empty(_from_descriptor(fd), confirm)
    if (value := os.environ.get(VARIABLE)) is not None:
        return _not_empty(value, confirm)
    if not sys.stdin or not sys.stdin.isatty():
        raise CredentialError(f"a passphrase is needed and there is no terminal to ask at: set {VARIABLE} or pass it by a file descriptor")
    return _from_terminal(prompt, confirm=confirm)


def _not_empty(value: str, confirm: bool) -> str:
    if confirm and not value:
        raise CredentialError("the passphrase is empty: choose one, since it is what protects the key on this disk")
    return value


def _from_descriptor(fd: int) -> str:
    data = b""
    try:
        while b"\n" not in data and len(data) <= _LONGEST and (part := os.read(fd, _LONGEST)):
            data += part
    except OSError as error:
        raise CredentialError(f"no passphrase can be read from file descriptor {fd}: {error.strerror or error}") from None
    line = data.partition(b"\n")[0].removesuffix(b"\r")
    if len(line) > _LONGEST:
        raise CredentialError(f"the passphrase from file descriptor {fd} is longer than {_LONGEST:,} bytes: choose a shorter one")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise CredentialError(f"the passphrase from file descriptor {fd} is not UTF-8: write it in that encoding") from None


def _from_terminal(prompt: str, *, confirm: bool) -> str:
    try:
        first = _not_empty(getpass.getpass(prompt), confirm)
        again = getpass.getpass("The same again: ") if confirm else first
    except (EOFError, OSError):
        raise CredentialError("no passphrase was given: type it when asked") from None
    if first != again:
        raise CredentialError("the two passphrases differ: try again")
    return first
