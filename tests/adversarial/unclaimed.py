"""What anybody can do to a signed file without a key, and no reader of that file alone can notice: nothing that was not signed is shown as
signed, and credkit does not claim to notice. The documentation says so, and tests hold that the answer is the one that is documented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.adversarial.bases import ACTIVE, INTACT, SOUND, embedded, retold, roomy
from tests.forge.boxes import Node
from tests.forge.manifests import store
from tests.forge.parts import GAIN_MAP, several
from tests.verify.tables import updates

__all__ = ["UNCLAIMED", "Unclaimed"]


@dataclass(frozen=True, kw_only=True)
class Unclaimed:
    name: str
    what: str
    """What is done, and why it cannot be seen."""
    make: Callable[[], bytes]
    codes: tuple[str, ...] = SOUND


def _rolled_back() -> bytes:
    """The state before the last update, put together again from the file after it."""
    before = updates.bound()
    after = updates.update(file=lambda: before)()
    manifests, _ = updates.taken_out(after)
    earlier = embedded(after, store(*manifests[:-1]).encode())
    assert earlier == before
    return earlier


def _reordered() -> bytes:
    """Claim, signature and assertions stand in another order; each is bound by its name and not by its place."""

    def spoil(tree: Node) -> None:
        tree.at(f"{ACTIVE}/c2pa.assertions").children.reverse()
        tree.at(ACTIVE).children.reverse()

    return retold(roomy(thumb=True), spoil)


UNCLAIMED: tuple[Unclaimed, ...] = (
    Unclaimed(
        name="rollback",
        what=(
            "The newest update manifest is taken out, and the file is again what it was before: a genuine older state, byte for byte. A "
            "log or a repository that knows of the newer one can tell; the file cannot."
        ),
        make=_rolled_back,
    ),
    Unclaimed(
        name="reordered",
        what="The boxes of a manifest stand in another order: each is bound by its name, and the claim says in which order they count.",
        make=_reordered,
    ),
    Unclaimed(
        name="optional-part",
        what=(
            "Of a file of several parts, one that the signer called optional is taken away: he said that the file may be without it. One "
            "that is changed, or put in its place, is noticed."
        ),
        make=lambda: several(change=lambda file: file[: -len(GAIN_MAP)]),
        codes=(*INTACT, "assertion.multiAssetHash.match"),
    ),
)
