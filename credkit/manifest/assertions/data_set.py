"""What was found in a data set when it was signed: the assertion ``org.credkit.dataset``.

The files themselves are listed by the collection data hash. This holds what their own credentials and metadata said about training, so
that a reader of the manifest learns of it without the files.
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.manifest.assertions.assertion_types import AssertionType, Content
from credkit.manifest.assertions.shape import Integer, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["DATA_SET_TYPE", "DataSetFindings", "RightsFound"]

_VERSION = 1
_NAMED = 100
_FILES = ListOf(Text(maximum=4_096), maximum=_NAMED)
_COUNTED = Map(means="files of which something holds", required={"count": Integer(minimum=1), "files": _FILES})
DATA_SET_TYPE = AssertionType(
    label="org.credkit.dataset",
    content="json",
    shape=Map(
        means="a data set assertion",
        required={"version": Integer(minimum=1, maximum=_VERSION), "items": Integer(minimum=1), "size": Integer(minimum=0)},
        optional={
            "rights": Map(
                means="what the files say about themselves",
                required={"lookedAt": Integer(minimum=0), "withCredentials": Integer(minimum=0)},
                optional={"invalid": _COUNTED, "trainingNotAllowed": _COUNTED, "trainingConstrained": _COUNTED},
            )
        },
    ),
    description="What was found in a data set: how many files, and which of them forbid or restrict AI training themselves.",
    example={
        "version": 1,
        "items": 12000,
        "size": 5120000000,
        "rights": {
            "lookedAt": 11990,
            "withCredentials": 40,
            "trainingNotAllowed": {"count": 1, "files": ["photos/0871.jpg"]},
        },
    },
    single=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsFound:
    """What the files of a data set say about themselves; every tuple holds URIs of the collection."""

    looked_at: int
    """Files of a format in which credentials or rights can stand."""
    with_credentials: int
    invalid: tuple[str, ...] = ()
    """Files whose credentials are not valid."""
    training_not_allowed: tuple[str, ...] = ()
    """Files that forbid training of AI, or of generative AI, in their credentials or their metadata."""
    training_constrained: tuple[str, ...] = ()
    """Files that allow it under conditions only."""

    def payload(self) -> dict[str, Any]:
        """The map; of many files the first hundred are named."""
        counted = {
            "invalid": self.invalid,
            "trainingNotAllowed": self.training_not_allowed,
            "trainingConstrained": self.training_constrained,
        }
        return {"lookedAt": self.looked_at, "withCredentials": self.with_credentials} | {
            key: {"count": len(files), "files": list(files[:_NAMED])} for key, files in counted.items() if files
        }


@dataclass(frozen=True, slots=True)
class DataSetFindings:
    """The assertion ``org.credkit.dataset``: ``DataSetFindings(12000, size=5120000000)``."""

    items: int
    _: KW_ONLY
    size: int
    """Of all files together, in bytes."""
    rights: RightsFound | None = None
    """None where nobody looked."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``org.credkit.dataset``."""
        return DATA_SET_TYPE.label

    @property
    def content(self) -> Content:
        """``json``."""
        return DATA_SET_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The JSON object."""
        rights = {"rights": self.rights.payload()} if self.rights else {}
        checked: dict[str, Any] = DATA_SET_TYPE.check({"version": _VERSION, "items": self.items, "size": self.size, **rights})
        return checked
