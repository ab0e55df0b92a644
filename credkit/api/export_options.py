"""The names and types of what an ``Exporter`` is made from, for functions that take them as keywords."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from credkit.api.lifted import Lift
    from credkit.api.sealed import PromptPrivacy
    from credkit.api.signing import Binding
    from credkit.api.statements import Statements
    from credkit.labels.labels import Labels
    from credkit.limits import Limits
    from credkit.manifest.assertions import GeneratorInfo
    from credkit.sign.named_actor import NamedActor
    from credkit.sign.signer import Signer
    from credkit.sign.time_stamping import TimeStamper
    from credkit.trust.fetch import Fetcher
    from credkit.trust.policy import TrustPolicy

__all__ = ["ExportOptions"]


class ExportOptions(TypedDict, total=False):
    """The fields of ``Exporter``, for functions that take them as keywords."""

    signer: Signer
    statements: Statements
    lift: Lift | bool
    prompt: PromptPrivacy
    openings: Path | None
    labels: Labels | None
    journal: Path | None
    timestamp: str | TimeStamper | None
    staple: bool
    thumbnail: bool
    thumbnail_budget: int
    mirrors: bool
    binding: Binding | None
    generator: GeneratorInfo | None
    actors: tuple[NamedActor, ...]
    policy: TrustPolicy | None
    fetcher: Fetcher | None
    limits: Limits
