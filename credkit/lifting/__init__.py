"""Lifting: what generation tools left in a file, as values that can be signed.

``lift_texts`` takes the texts of a file (``media.texts``) and gives what they say of its making, best first. Each format has a module of
its own with ``read(blocks, *, limits)``; finding the files of the named models is in ``models``. Nothing lifted is proven: the texts could
have been written by anybody, which is why claims and measurements are kept apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.lifting.lifted import Document, Lifted
    from credkit.lifting.lifting import lift_texts

__all__ = ["Document", "Lifted", "lift_texts"]


def __getattr__(name: str) -> Any:
    """Load what is asked for; the readers are needed by those only who lift."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from credkit.lifting import lifted, lifting

    return getattr(lifting if name == "lift_texts" else lifted, name)
