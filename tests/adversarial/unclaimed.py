"""What anybody can do to a signed file without a key, and no reader of that file alone can notice: nothing that was not signed is shown as
signed, and credkit does not claim to notice. The documentation says so, and tests hold that the answer is the one that is documented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credkit.codec import cbor
from credkit.codec.cose import build_sign1, padding
from credkit.trust.policy import TrustPolicy
from tests.adversarial.bases import ACTIVE, INTACT, SOUND, embedded, retold, roomy
from tests.forge.boxes import Node
from tests.forge.manifests import store
from tests.forge.parts import GAIN_MAP, several
from tests.verify.case import policy
from tests.verify.tables import updates
from tests.verify.tables.revocation import says, stapled, trusting

__all__ = ["UNCLAIMED", "Unclaimed"]


@dataclass(frozen=True, kw_only=True)
class Unclaimed:
    name: str
    what: str
    """What is done, and why it cannot be seen."""
    make: Callable[[], bytes]
    codes: tuple[str, ...] = SOUND
    policy: Callable[[], TrustPolicy] = policy


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


def _without_proofs() -> bytes:
    """Time-stamp and OCSP response are gone, and padding stands in their place."""

    def spoil(tree: Node) -> None:
        leaf = tree.at(f"{ACTIVE}/c2pa.signature").leaf()
        parts = list(cbor.decode(leaf.payload, where="test").value)
        size = len(leaf.payload) - len(build_sign1(parts[0], {}, parts[3]))
        leaf.payload = build_sign1(parts[0], dict(padding(size)), parts[3])

    return retold(stapled(says)(), spoil)


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
        name="proofs-gone",
        what=(
            "The time-stamp and the OCSP responses beside a signature are taken away, or exchanged for other genuine ones: they are made "
            "after the signature, which cannot say that they exist. The file then stands on its certificate alone, and once that has "
            "expired it is no longer believed."
        ),
        make=_without_proofs,
        codes=(*SOUND, "signingCredential.ocsp.skipped"),
        policy=trusting,
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
