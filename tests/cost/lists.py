"""What is read beside pictures: policies, trust lists, journals, openings of sealed fields."""

from __future__ import annotations

import json
from pathlib import Path

from credkit.acceptance.policy import read_policy
from credkit.journal.verifying import verify_journal
from credkit.sealing.openings import read_openings
from credkit.trust.lists import read_trust_list
from tests.cost.hostile import hostile
from tests.forge import pki
from tests.forge.lists import lote, service, simple_list, state

__all__: list[str] = []


@hostile("policy of formats", ".json", reader=read_policy)
def _(size: int) -> bytes:
    return json.dumps({"formats": ["image/jpeg"] * (size // 14)}).encode()


@hostile("policy of signers", ".json", reader=read_policy)
def _(size: int) -> bytes:
    return json.dumps({"signer": [{"name": "x"}] * (min(size, 1_000_000) // 16)}).encode()


@hostile("policy of brackets", ".json", reader=read_policy)
def _(size: int) -> bytes:
    return b"[" * size


def _trust_list(path: Path) -> object:
    return f"{len(read_trust_list(path).anchors)} anchors"


@hostile("trust list of one certificate again and again", ".pem", reader=_trust_list)
def _(size: int) -> bytes:
    pem = pki.root_pem()
    return pem * (size // len(pem))


@hostile("trust list, at the limit", ".pem", reader=_trust_list)
def _(size: int) -> bytes:
    pem = pki.root_pem()
    return pem * min(size // len(pem), 4_990)


@hostile("trust list of begun blocks", ".pem", reader=_trust_list)
def _(size: int) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" * (size // 28)


@hostile("trust list of dashes", ".pem", reader=_trust_list)
def _(size: int) -> bytes:
    return b"-" * size


@hostile("trust list of spaces in a block", ".pem", reader=_trust_list)
def _(size: int) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + b" \n" * (size // 2)


@hostile("official trust list of one certificate again and again", ".json", reader=_trust_list)
def _(size: int) -> bytes:
    der = pki.default_pki().chain[-1]
    return simple_list([der] * min(size // (len(der) * 3), 4_990))


@hostile("official trust list of long histories", ".json", reader=_trust_list)
def _(size: int) -> bytes:
    one = state(pki.default_pki().chain[-1])
    return json.dumps(lote(service(one, *[one] * min(size // 700, 4_900)))).encode()


@hostile("official trust list of numbers", ".json", reader=_trust_list)
def _(size: int) -> bytes:
    return b'{"LoTE":{"ListAndSchemeInformation":[' + b"1," * (size // 2) + b"1]}}"


def _journal(path: Path) -> object:
    report = verify_journal(path)
    return f"{len(report.faults)} faults"


@hostile("journal of broken lines", ".jsonl", reader=_journal)
def _(size: int) -> bytes:
    return b"{}\n" * (size // 3)


@hostile("journal of empty lines", ".jsonl", reader=_journal)
def _(size: int) -> bytes:
    return b"\n" * size


@hostile("journal of one line", ".jsonl", reader=_journal)
def _(size: int) -> bytes:
    return b'{"a":"' + b"x" * size + b'"}\n'


@hostile("journal of one line of brackets", ".jsonl", reader=_journal)
def _(size: int) -> bytes:
    return b"[" * size + b"\n"


@hostile("journal of notes", ".jsonl", reader=_journal)
def _(size: int) -> bytes:
    """A sound chain, as long as somebody who writes it by a program can make it."""
    import tempfile

    from credkit.journal.entries import Note
    from credkit.journal.writing import append

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        append(path, *(Note(text="x") for _ in range(min(size // 330, 3_000))))
        return path.read_bytes()


@hostile("openings", ".json", reader=read_openings)
def _(size: int) -> bytes:
    return json.dumps({"openings": ["WyJhIiwiYiIsImMiXQ"] * (size // 24)}).encode()
