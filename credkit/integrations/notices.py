"""What all hooks have in common towards people: the warning, so that one filter of ``warnings`` is enough for them, and sentences for those
who use a program over the network.
"""

from __future__ import annotations

import re

from credkit.configuration import configuration_directory, data_directory
from credkit.dataclass import replace
from credkit.errors import CredkitError
from credkit.limits import DEFAULT_LIMITS
from credkit.provenance.text import shown

__all__ = ["CredentialsWarning", "one_line", "without_folders"]

_QUOTED = re.compile(r'"([^"]*[\\/])([^"\\/]+)[\\/]?"')
_FOLDERS = re.compile(r"(?<![\w:/\\])(?:~|[A-Za-z]:)?[\\/](?:[^\s\"\\/]+[\\/])*")
_SENTENCE = replace(DEFAULT_LIMITS, text_length=4_000)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class CredentialsWarning(UserWarning):
    """There is something to know about the credentials of a picture: its parent fails verification, or a policy does not accept it."""


def one_line(text: object) -> str:
    """``text`` for the console of another program: names of files and nodes come from strangers, and must not steer a terminal."""
    return shown(text, _SENTENCE)


def without_folders(sentence: str) -> str:
    """``sentence`` with every path cut down to its last part: where keys and openings lie is nobody's business but that of the person at
    the machine. Addresses stay.
    """
    for find in (configuration_directory, data_directory):
        # Folders that are known may hold spaces, which no pattern can tell from the end of a path.
        try:
            sentence = sentence.replace(str(find()), "")
        except CredkitError:
            continue
    sentence = _QUOTED.sub(lambda found: found[0] if _ADDRESS.match(found[1]) else f'"{found[2]}"', sentence)
    return _FOLDERS.sub("", sentence)
