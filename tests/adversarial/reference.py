"""The same attacks through the reference implementation (c2pa-python), each in a process of its own: it may crash, or never come back."""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Iterable, Iterator
from typing import Any

from tests.adversarial.attack import Attack
from tests.adversarial.export import Answer, expected, extension, left_out

__all__ = ["ask", "reference_answers"]

_TYPES = {
    ".jpg": "jpg",
    ".png": "png",
    ".webp": "webp",
    ".gif": "gif",
    ".tif": "tif",
    ".tiff": "tif",
    ".svg": "svg",
    ".wav": "wav",
    ".avi": "avi",
    ".mp3": "mp3",
    ".jxl": "jxl",
    ".heic": "heic",
    ".mp4": "mp4",
}
_SECONDS = 30


def reference_answers(attacks: Iterable[Attack]) -> Iterator[Answer]:
    """Its answers to all attacks on files of formats that it reads."""
    for attack in attacks:
        if left_out(attack):
            continue
        made = attack.make()
        asset, sidecar = (made, None) if isinstance(made, bytes) else made
        kind = _TYPES.get(extension(asset))
        if kind is None:
            continue
        anchors = b"".join(_pem(attack))
        state, codes = ask(asset, kind, anchors, sidecar)
        yield Answer(case={"name": attack.name, "family": attack.family} | expected(attack), state=state, codes=codes)


def _pem(attack: Attack) -> Iterator[bytes]:
    from credkit.trust.pem import to_pem

    policy = attack.policy()
    yield from (to_pem((anchor.der,)) for item in (*policy.signers, *policy.time_stamps) for anchor in item.anchors)


def ask(asset: bytes, kind: str, anchors: bytes, sidecar: bytes | None) -> tuple[str, tuple[str, ...] | None]:
    """State and failure codes; ``crashed`` and ``stalled`` besides the states that there are."""
    from tests.forge import peer

    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(peer, asset, kind, anchors, sidecar, writing)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], _SECONDS)
    data = b""
    if ready:
        while piece := os.read(reading, 1 << 16):
            data += piece
    os.close(reading)
    if not ready:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not data:
        return ("crashed" if ready else "stalled"), None
    state, codes = json.loads(data)
    return state, tuple(codes)


def _answer(peer: Any, asset: bytes, kind: str, anchors: bytes, sidecar: bytes | None, writing: int) -> None:
    """In the child: one answer, and out without any clearing up."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        report = peer.read(asset, kind, anchors=anchors or None, sidecar=sidecar)
        answer = [report.state, report.failures]
    except BaseException as error:  # Whatever it raises is an answer, and nothing may leave the child by another way.
        answer = ["none" if "ManifestNotFound" in str(error) else "error", []]
    os.write(writing, json.dumps(answer).encode())
    os._exit(0)
