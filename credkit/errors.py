"""Every exception that credkit raises, and when.

::

    CredkitError
    ├── MalformedError         bytes that are not what they claim to be (parsers only)
    ├── AssetError             the file itself: unreadable, empty, of a format we cannot embed in
    │   └── NoCredentialsError a sound file that carries none, where some are needed
    ├── DefinitionError        what the caller asked to state is not a valid statement
    ├── HistoryError           signing would drop the provenance a file already carries
    ├── CredentialError        keys, certificates, passphrases, identities
    ├── TrustError             trust lists and anchors that cannot be used
    ├── FetchError             something that could not be had from the network
    ├── OpeningError           an opening of a sealed field that proves nothing about the file
    └── OutputError            the result could not be written, nothing was changed

The message of each is one sentence for people: what is wrong, where, and how to mend it.
``verify`` raises none of them for the content of a file: a verdict is data. ``MalformedError`` is caught
in one function there and becomes a status.
"""

from __future__ import annotations

__all__ = [
    "AssetError",
    "CredentialError",
    "CredkitError",
    "DefinitionError",
    "FetchError",
    "HistoryError",
    "MalformedError",
    "NoCredentialsError",
    "OpeningError",
    "OutputError",
    "TrustError",
    "counted",
    "escape_of",
    "escaped",
    "is_hidden",
]

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Characters of other categories that Unicode calls default-ignorable: they take no room, so two different texts would look the same.
_INVISIBLE = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)


def is_hidden(character: str) -> bool:
    """Whether a character could steer a terminal, or cannot be seen: controls, format characters with all bidirectional and zero-width
    ones, surrogates, private use, line and paragraph separators, unassigned and default-ignorable characters.
    """
    # Most texts are plain ASCII, and nobody asks then.
    from unicodedata import category

    return category(character) in _HIDDEN_CATEGORIES or ord(character) in _INVISIBLE


def escape_of(character: str) -> str:
    """How a character is written out: ``\\x1b``, ``\\u202e``, ``\\U000e0001``."""
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escaped(text: str) -> str:
    """``text`` on one line, with every hidden character written out."""
    return text if text.isascii() and text.isprintable() else text.translate({ord(c): escape_of(c) for c in set(text) if is_hidden(c)})


def counted(number: int, what: str) -> str:
    """``1 byte``, ``2,048 bytes``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


class CredkitError(Exception):
    """Base of all errors raised on purpose by credkit; ``str()`` is a sentence for people, on one line.

    Names of files and texts out of them stand in many of these sentences, and end up in logs and on terminals that nobody guards: hidden
    characters are written out here, for all errors at once. ``args`` holds the sentence as it was made.
    """

    def __str__(self) -> str:
        return escaped(super().__str__())


class MalformedError(CredkitError):
    """Bytes that a parser refuses.

    ``code`` is the C2PA status code that names the fault (a plain string, so that the lowest floor needs no
    table of codes), ``where`` the structure in plain words or as a JUMBF URI, ``offset`` the distance in bytes from the start
    of the buffer that was parsed, or None when no single place is at fault.
    """

    def __init__(self, message: str, *, code: str = "general.error", where: str = "", offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.where = where
        self.offset = offset

    def __str__(self) -> str:
        place = f" in {self.where}" if self.where else ""
        at = f" at byte {self.offset:,}" if self.offset is not None else ""
        return escaped(f"{self.message}{place}{at}")


class AssetError(CredkitError):
    """A file that cannot be read, or cannot carry a manifest store."""


class NoCredentialsError(AssetError):
    """A file that can be read but carries no Content Credentials, where the caller asked for them."""


class DefinitionError(CredkitError):
    """A manifest definition, assertion or option that would not be a valid statement.

    ``path`` is a JSON Pointer into what the caller gave (empty for the whole).
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class HistoryError(CredkitError):
    """The source carries provenance that the requested manifest would silently drop."""


class CredentialError(CredkitError):
    """A key, certificate, passphrase or identity that is missing, locked or unfit."""


class TrustError(CredkitError):
    """A trust list or anchor that cannot be used; the message names the file and the place in it."""


class FetchError(CredkitError):
    """Something that could not, or must not, be had from the network."""


class OpeningError(CredkitError):
    """An opening of a sealed field that does not fit the file, or a file that proves nothing."""


class OutputError(CredkitError):
    """The output could not be written whole; every existing file is as it was."""
