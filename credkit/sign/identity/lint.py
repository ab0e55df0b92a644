"""Everything that is wrong with a certificate chain, before it is used: ``credkit identity lint``."""

from __future__ import annotations

from datetime import UTC, datetime

from credkit.sign.backends.file import PemSource, load_certificates
from credkit.sign.chain import chain_findings, read_chain
from credkit.trust.profile import Finding

__all__ = ["lint_certificate"]


def lint_certificate(source: PemSource, at: datetime | None = None) -> tuple[Finding, ...]:
    """Every broken rule of the chain in a PEM file (or PEM bytes) at ``at`` (aware; now by default), the gravest first.

    ``CredentialError`` when there is no chain to judge.
    """
    return chain_findings(read_chain(load_certificates(source)), at or datetime.now(UTC))
