"""Limits that allow nothing, or one of a kind: whatever is asked is answered or refused in a sentence, and nothing else happens."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

import pytest

import credkit
from credkit import Statements
from credkit.api.extraction import extract_file, extraction_document
from credkit.api.updating import redactable_in
from credkit.errors import CredkitError
from credkit.limits import Limits
from credkit.provenance import FORMATS, render
from credkit.sign.signer import Signer
from tests.forge import pki
from tests.forge.pictures import picture

Call = Callable[[], object]


@cache
def made() -> tuple[Signer, bytes, credkit.Report]:
    """A picture with a history, an ingredient, thumbnails and an update."""
    signer, first, second, third = pki.signer(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    stated = Statements(created="trainedAlgorithmicMedia", creator=("credkit test",), do_not_train=True, prompt="a cat")
    credkit.sign_file(picture("png"), first, stated, signer=signer, thumbnail=True)
    more = Statements(edited="humanEdits")
    credkit.sign_file(first.getvalue(), second, more, signer=signer, thumbnail=True, ingredients=[picture("jpg")])
    credkit.update_file(second.getvalue(), third, Statements(rights="mine"), signer=signer)
    return signer, third.getvalue(), credkit.verify_file(third.getvalue(), policy=policy())


def policy() -> credkit.TrustPolicy:
    return credkit.TrustPolicy.of(pki.root_pem())


def calls(limits: Limits) -> Iterator[Call]:
    """Everything that takes limits and a file."""
    signer, data, report = made()
    edited = Statements(edited="humanEdits", prompt="a dog", rights="ours")
    sign = partial(credkit.sign_file, data, signer=signer, limits=limits)
    yield partial(credkit.read_store, data, limits=limits)
    yield partial(credkit.strip_file, data, io.BytesIO(), limits=limits)
    yield partial(
        sign, io.BytesIO(), edited, parent=data, lift=True, thumbnail=limits.pixels < 2, region="auto" if limits.pixels < 2 else None
    )
    openings = Path(mkdtemp(prefix="credkit-test-")) / f"{os.urandom(8).hex()}.json"
    yield partial(sign, io.BytesIO(), edited, prompt="sealed", openings=openings)
    yield partial(credkit.update_file, data, io.BytesIO(), Statements(rights="yours"), signer=signer, limits=limits)
    yield partial(redactable_in, data, limits=limits)
    yield partial(credkit.judge_file, data, credkit.AcceptancePolicy(state="valid", ai="declared"), limits=limits)
    yield partial(credkit.read_terms, data, limits=limits)
    yield partial(credkit.read_licences, data, limits=limits)
    yield partial(credkit.lint_file, data, limits=limits)
    yield lambda: extraction_document(extract_file(data, None, limits=limits), limits)
    yield from (partial(render, report, form, limits=limits) for form in FORMATS)


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_at_nothing_and_at_one(name: str) -> None:
    _, data, _ = made()
    altered = data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]
    for most in (0, 1):
        limits = Limits(**{name: most})
        # A limit may cost a verdict, and never gives a better one.
        assert credkit.verify_file(altered, policy=policy(), limits=limits).state not in ("Valid", "Trusted")
    for call in calls(Limits(**{name: 0})):
        with suppress(CredkitError):
            call()
