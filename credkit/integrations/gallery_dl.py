"""Judge what gallery-dl downloads, as a function for its post-processor ``python``.

A file of your own, for instance ``credentials.py`` in the configuration folder of gallery-dl::

    from credkit.integrations.gallery_dl import hook
    from credkit.integrations.receiving import Receiver

    judge = hook(Receiver(policy="policy.json", on_failure="quarantine", quarantine="held"))

and in its configuration::

    {"extractor": {"postprocessors": [{"name": "python", "event": "file", "function": "~/.config/gallery-dl/credentials.py:judge"}]}}

The file is judged when it is complete and before it gets its name. One that is not accepted counts as a failed download: gallery-dl says
so, goes on, ends with exit code 4, and does not note it in an archive. In quarantine it lies with its verdict; refused, it lies beside its
place under its name with ``.refused``. gallery-dl takes the dots out of module names, so the function cannot be named inside of credkit.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from credkit.dataclass import dataclass
from credkit.errors import CredkitError
from credkit.integrations.receiving import Receiver, RefusedError

__all__ = ["hook"]

_log = logging.getLogger("credkit.receiving")


def hook(receiver: Receiver, *, path_field: str = "_path") -> Callable[[MutableMapping[str, Any]], None]:
    """The function for the event ``file``. ``path_field`` is the option ``metadata-path`` of gallery-dl, where that is not its default."""

    def judge(kwdict: MutableMapping[str, Any]) -> None:
        place = _place(kwdict, path_field)
        try:
            received = receiver.receive_file(place.there, name=place.name.name, url=_address(kwdict))
        except RefusedError:
            _set_aside(place)
            _fail()
        except CredkitError as error:
            # What cannot be judged is no reason to lose it, and no reason to take it for accepted.
            _log.error("%s", error)
            _fail()
        else:
            if received.action == "quarantined":
                _fail()

    return judge


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    there: Path
    """Where the bytes are now."""
    name: Path
    """Where they are to go."""


def _place(kwdict: MutableMapping[str, Any], path_field: str) -> _Place:
    """gallery-dl puts an object into the fields that knows all paths of the present file."""
    found = kwdict.get(path_field)
    temporary, final = getattr(found, "temppath", None), getattr(found, "realpath", None)
    if not isinstance(temporary, str) or not isinstance(final, str) or not final:
        raise _stop(f'gallery-dl does not tell where the file is: set its option "metadata-path" to "{path_field}"')
    return _Place(there=Path(temporary or final), name=Path(final))


def _address(kwdict: MutableMapping[str, Any]) -> str | None:
    found = kwdict.get("_url")
    return found if isinstance(found, str) else None


def _set_aside(place: _Place) -> None:
    """Keep a refused file under a name that no program takes for a picture; one of an earlier try stays as well."""
    target = place.name.with_name(f"{place.name.name}.refused")
    number = 1
    while target.exists():
        number += 1
        target = place.name.with_name(f"{place.name.name}.{number}.refused")
    os.rename(place.there, target)


def _fail() -> None:
    """Have gallery-dl count the present download as failed and go on."""
    from gallery_dl.util import FLAGS

    FLAGS.DOWNLOAD = False


def _stop(sentence: str) -> Exception:
    from gallery_dl.exception import AbortExtraction

    stopped: Exception = AbortExtraction(sentence)
    return stopped
