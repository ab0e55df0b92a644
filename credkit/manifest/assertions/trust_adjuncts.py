"""Proofs that are added about a manifest: time-stamps and certificate status.

Clauses: "Time Stamps" (anchor ``timestamp_assertion``), "Certificate Status" (anchor ``certificate_status_assertion``). What the
tokens say is left to ``trust``.
"""

from __future__ import annotations

from credkit.manifest.assertions.assertion_types import AssertionType
from credkit.manifest.assertions.shape import Bytes, Text
from credkit.manifest.assertions.shape_map import Dictionary, ListOf, Map

__all__ = ["CERTIFICATE_STATUS_TYPE", "TIME_STAMP_TYPE"]

TIME_STAMP_TYPE = AssertionType(
    label="c2pa.time-stamp",
    content="cbor",
    shape=Dictionary(
        means="a time-stamp assertion",
        # The expression in the CDDL forgets labels with a generator in them, and those of claims of version 1.
        key=Text(pattern=r"[0-9A-Za-z._-]*:?urn:[0-9A-Za-z.:_-]+", means='the label of a manifest ("urn:c2pa:" and a UUID)', maximum=200),
        value=Bytes(),
    ),
    description="Time-stamp tokens over the signatures of manifests, by manifest.",
    example={"urn:c2pa:d61c74e0-ce26-4439-b92d-690dcce6b58e": "MAMCAQA="},
    single=True,
)
CERTIFICATE_STATUS_TYPE = AssertionType(
    label="c2pa.certificate-status",
    content="cbor",
    shape=Map(means="a certificate status assertion", required={"ocspVals": ListOf(Bytes())}),
    description="OCSP responses about the certificates of signers.",
    example={"ocspVals": ["MAMKAQA="]},
    single=True,
)
