"""The picture without what is withheld: every text of it that holds a private value, and a text hidden in its pixels.

Only what tells something is taken out; the rest of the metadata stays. What cannot be read at all goes as well, since it may hold anything.
Manifests of ingredients cannot be cleared, because that would break their signatures; they are searched, and ``credkit redact`` is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from credkit.assets import Source
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock
from credkit.sealing.search import Searched, in_text

__all__ = ["Cleared", "clear_picture", "telling_blocks"]

_KEYWORDS = frozenset(
    {
        *("parameters", "prompt", "workflow", "negative prompt", "negative_prompt", "seed", "generation_data", "sui_image_params"),
        *("invokeai_metadata", "invokeai_workflow", "invokeai_graph", "sd-metadata", "dream", "fooocus_scheme", "smproj"),
        *("iptc4xmpext:aipromptinformation", "aipromptinformation"),
    }
)
"""Names under which generation tools keep their texts; these go whatever stands in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A picture that tells nothing private any more, as far as its texts are known."""

    source: Source
    removed: tuple[TextBlock, ...] = ()
    """What was taken out of it."""


def telling_blocks(
    blocks: Iterable[TextBlock], sought: Searched, documents: Collection[str], *, limits: Limits = DEFAULT_LIMITS
) -> tuple[TextBlock, ...]:
    """Those of ``blocks`` that must not stay: texts of generation tools (``documents`` are those that were understood), and every other
    text with a private value in it or in its name; also what could not be read, or holds more packed data than can be searched.
    """
    return tuple(block for block in blocks if _tells(block, sought, documents, limits))


def _tells(block: TextBlock, sought: Searched, documents: Collection[str], limits: Limits) -> bool:
    if block.kind == "pixels" or block.keyword.casefold() in _KEYWORDS or block.text in documents:
        return True
    unread = bool(block.damage) and not block.keyword and not block.text
    try:
        return unread or sought.find_in(block.keyword) is not None or in_text(sought, block.text, limits=limits) is not None
    except MalformedError:
        return True


def clear_picture(source: Source, telling: Iterable[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> Cleared:
    """``source`` without the texts ``telling``; ``AssetError`` when one of them cannot be taken out.

    A text file beside the picture is no part of it and is left to the caller.
    """
    from credkit.media.hidden import clear_hidden
    from credkit.media.texts import without_texts

    removed = tuple(block for block in telling if block.kind != "twin")
    cleared: Source = source
    if any(block.kind == "pixels" for block in removed):
        cleared = clear_hidden(cleared, limits=limits)
    written = [block for block in removed if block.kind != "pixels"]
    if written:
        cleared = without_texts(cleared, written, limits=limits)
    return Cleared(source=cleared, removed=removed)
