"""Where a passphrase comes from: a file descriptor, the environment, a file that the environment names, or the person at the terminal.
Never from the command line, which others see.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys

from credkit.errors import CredentialError

__all__ = ["FILE_VARIABLE", "VARIABLE", "read_passphrase"]

VARIABLE = "CREDKIT_PASSPHRASE"
"""Environment variable that is asked before the terminal."""
FILE_VARIABLE = "CREDKIT_PASSPHRASE_FILE"
"""Environment variable that names a file whose first line is the passphrase, for programs that run without a terminal."""
_LONGEST = 4096


def read_passphrase(*, fd: int | None = None, confirm: bool = False, prompt: str = "Passphrase: ") -> str:
    """The first of: the first line from file descriptor ``fd``, the variable ``CREDKIT_PASSPHRASE``, the first line of the file that
    ``CREDKIT_PASSPHRASE_FILE`` names, the answer at the terminal.

    ``confirm`` is for a new passphrase: the terminal asks twice, and an empty one is refused. ``CredentialError`` when there is none to be
    had.
    """
    if fd is not None:
        return _not_empty(_from_descriptor(fd), confirm)
    if (value := os.environ.get(VARIABLE)) is not None:
        return _not_empty(value, confirm)
    if path := os.environ.get(FILE_VARIABLE):
        return _not_empty(_from_file(path), confirm)
    if not sys.stdin or not sys.stdin.isatty():
        raise CredentialError(
            f"a passphrase is needed and there is no terminal to ask at: set {VARIABLE} or {FILE_VARIABLE}, or pass it by a file descriptor"
        )
    return _from_terminal(prompt, confirm=confirm)


def _not_empty(value: str, confirm: bool) -> str:
    if confirm and not value:
        raise CredentialError("the passphrase is empty: choose one, since it is what protects the key on this disk")
    return value


def _from_file(path: str) -> str:
    """The first line of a file that nobody but its owner can read (mode 0600 or stricter, where the system knows such modes)."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        # No name: where there is no such file, the variable may hold the passphrase itself.
        raise CredentialError(f"the passphrase file that {FILE_VARIABLE} names cannot be read: {error.strerror or error}") from None
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise CredentialError(f'"{path}" ({FILE_VARIABLE}) is a folder: name the file in it that holds the passphrase')
        if sys.platform != "win32" and stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
            raise CredentialError(f'the passphrase file "{path}" can be read by others: make it yours alone (chmod 600)')
        found = _from_descriptor(descriptor)
    finally:
        os.close(descriptor)
    if not found:
        raise CredentialError(f'the passphrase file "{path}" ({FILE_VARIABLE}) holds nothing in its first line: write the passphrase there')
    return found


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
