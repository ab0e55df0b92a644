"""The sound files that mutants are made of: every format of the catalogue, signed, and whatever the verdict tables accept.

What a seed is called and what stands in it is the same each time. Its bytes are not quite, because the forge makes its keys anew: a finding
is therefore kept as a file as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property

from credkit.assets import BytesSource, detect, read_store
from credkit.errors import CredkitError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report
from tests.assets.catalogue import SAMPLES
from tests.forge import generated, phones, pki
from tests.forge.archives import archive, docx, epub, signed_archive
from tests.forge.documents import signed_pdf
from tests.forge.files import signed, standard
from tests.forge.signing import signed as signed_by_builder
from tests.verify.case import Made, judge
from tests.verify.tables import TABLES
from tests.verify.tables.identity import trusting

__all__ = ["NOW", "Seed", "generated_files", "seed_named", "seeds"]

NOW = pki.NOW
"""The clock of the verdicts, unless a seed brings its own."""


@dataclass(frozen=True)
class Seed:
    """One sound file, made when it is first asked for, and how it is judged."""

    name: str
    family: str
    """The format or the table that it comes from."""
    make: Callable[[], Made]
    policy: Callable[[], TrustPolicy] = trusting
    profile: str = "2.4"
    at: datetime = NOW
    limits: Limits = DEFAULT_LIMITS
    _kept: dict[str, Report] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def made(self) -> tuple[bytes, bytes | None]:
        """The file, and the store beside it where there is one."""
        made = self.make()
        return (made, None) if isinstance(made, bytes) else made

    @property
    def data(self) -> bytes:
        return self.made[0]

    @property
    def sidecar(self) -> bytes | None:
        return self.made[1]

    @cached_property
    def store(self) -> bytes | None:
        """The manifest store, wherever it lies."""
        if self.sidecar is not None:
            return self.sidecar
        source = BytesSource(self.data)
        found = detect(source)
        try:
            layout = found.scan(source) if found else None
            return read_store(source, layout.store) if layout and layout.store else None
        except CredkitError:
            return None

    def judge(self, data: bytes, sidecar: bytes | None) -> Report:
        """The verdict on a mutant of it."""
        made = data if sidecar is None else (data, sidecar)
        return judge(made, policy=self.policy(), profile=self.profile, at=self.at, limits=self.limits)

    @property
    def sound(self) -> Report:
        """The verdict on itself."""
        if "sound" not in self._kept:
            self._kept["sound"] = self.judge(*self.made)
        return self._kept["sound"]


def _bytes(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _formats() -> Iterator[Seed]:
    """Every sample of every format: signed by the library where that puts a store into the format."""
    for name, sample in SAMPLES.items():
        data, family = sample.data, sample.format.name
        if sample.format.writable and name != "sidecar":
            yield Seed(name, family, lambda data=data: signed_by_builder(data))  # type: ignore[misc]
        else:
            yield Seed(name, family, _bytes(data))
    yield Seed("pdf signed", "PDF", signed_pdf)
    for name, made in (("zip", lambda: archive(("a.txt", b"text"), ("b/c.txt", b"more"))), ("epub", epub), ("docx", docx)):
        yield Seed(f"{name} signed", "ZIP", lambda made=made: signed_archive(made()))  # type: ignore[misc]
    for kind in ("jpg", "png", "webp"):
        yield Seed(f"forged {kind}", kind.upper(), lambda kind=kind: signed(standard(), kind=kind))  # type: ignore[misc]


@cache
def generated_files() -> tuple[tuple[str, bytes], ...]:
    """Pictures with the texts of generation tools in them."""
    return tuple((f"{tool} {kind}", generated.sample(tool, kind).data) for tool, kind in generated.TOOLS)


def _generated() -> Iterator[Seed]:
    for name, data in generated_files():
        yield Seed(name, "generated", lambda data=data: signed_by_builder(data))  # type: ignore[misc]
    for made in (phones.ultra_hdr, phones.motion_photo, phones.ultra_hdr_with_film):
        yield Seed(made.__name__, "phones", lambda made=made: signed_by_builder(made()))  # type: ignore[misc]


def _tables() -> Iterator[Seed]:
    """Accepted cases of the verdict tables, and every sixth of the others."""
    for table, cases in TABLES.items():
        offline = [case for case in cases if case.fetcher is None]
        accepted = [case for case in offline if case.state in ("Trusted", "Valid")]
        refused = [case for case in offline if case.state not in ("Trusted", "Valid")][::6]
        for case in (*accepted, *refused):
            at = case.at or NOW
            yield Seed(f"{table}: {case.name}", table, case.make, policy=case.policy, profile=case.profile.value, at=at, limits=case.limits)


@cache
def seeds() -> tuple[Seed, ...]:
    """All seeds, in an order that does not change."""
    return (*_formats(), *_generated(), *_tables())


@cache
def _by_name() -> dict[str, Seed]:
    return {seed.name: seed for seed in seeds()}


def seed_named(name: str) -> Seed:
    """The seed of that name."""
    return _by_name()[name]
