"""The BMFF hash of a file that is about to be written.

Clauses: "Hash computation" (anchor ``bmff-hash-computation``), "Exclusion list requirements" (anchor ``_exclusion_list_requirements``).
Only what every list excludes is excluded; ``ftyp`` and free space are hashed, so that nothing in the file can change unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence

from credkit.assets.bmff.boxes import BoxWalker
from credkit.binding.bmff_hash.exclusions import cut, read_exclusions
from credkit.binding.bmff_hash.whole import hashed_parts
from credkit.binding.output import Output, PlannedBinding
from credkit.manifest.assertions.bmff_hash import ALWAYS_EXCLUDED, BmffHash

__all__ = ["plan_bmff_hash"]

_NAME = "jumbf manifest"


def plan_bmff_hash(output: Output) -> PlannedBinding:
    """One digest over the boxes of the output, each with the place that it has there."""
    walker = BoxWalker(output.written, output.limits)
    exclusions = read_exclusions(list(ALWAYS_EXCLUDED), output.limits)

    def state(digests: Sequence[bytes]) -> BmffHash:
        return BmffHash(digests[0], alg=output.algorithm, name=_NAME)

    return PlannedBinding(parts=(hashed_parts(cut(walker, box, exclusions) for box in walker.roots()),), state=state)
