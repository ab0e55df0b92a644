"""What is measured: the same tasks done by credkit, by the reference implementation, and by nothing but reading, hashing and copying.

Each contender imports its own library when it is made, so that a process holds one of them. ``verify`` and ``sign`` return the facts by
which ``comparison`` sees that the same work was done.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Protocol

__all__ = ["CONTENDERS", "Contender", "Limit", "Ours", "Peer"]

_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
_BUFFER = 1 << 18


class Contender(Protocol):
    """One way of doing the tasks; made with the folder that holds ``chain.pem``, ``key.pem`` and ``root.pem``."""

    def verify(self, path: Path, manifests: int, /) -> dict[str, Any]:
        """Judge a signed file with trust in the root."""
        ...

    def sign(self, source: Path, output: Path) -> None:
        """Sign a picture as made by a camera, without a thumbnail."""
        ...

    @staticmethod
    def command(path: Path, folder: Path, /) -> list[str]:
        """A whole process that judges one file and prints the report as JSON."""
        ...


class Ours:
    """credkit."""

    def __init__(self, folder: Path) -> None:
        import credkit

        self.credkit = credkit
        self.policy = credkit.TrustPolicy.of(folder / "root.pem")
        self.signer = credkit.Signer.from_pem((folder / "chain.pem").read_bytes(), (folder / "key.pem").read_bytes())

    def verify(self, path: Path, _manifests: int, /) -> dict[str, Any]:
        report = self.credkit.verify_file(path, policy=self.policy)
        return {"state": report.state, "manifests": len(report.manifests)}

    def sign(self, source: Path, output: Path) -> None:
        self.credkit.sign_file(source, output, self.credkit.Statements(created="digitalCapture"), signer=self.signer)

    @staticmethod
    def command(path: Path, folder: Path, /) -> list[str]:
        return [sys.executable, "-m", "credkit", "verify", "--format", "json", "--trust-list", str(folder / "root.pem"), str(path)]


class Peer:
    """c2pa-python, with what it would fetch or add by itself switched off."""

    def __init__(self, folder: Path) -> None:
        import c2pa

        self.c2pa = c2pa
        settings = {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "builder": {"thumbnail": {"enabled": False}},
            "trust": {"trust_anchors": (folder / "root.pem").read_text()},
        }
        self.context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
        info = c2pa.C2paSignerInfo(b"ed25519", (folder / "chain.pem").read_bytes(), (folder / "key.pem").read_bytes(), None)
        self.signer = c2pa.Signer.from_info(info)
        action = {"action": "c2pa.created", "digitalSourceType": _SOURCE}
        self.definition = {
            "claim_generator_info": [{"name": "benchmark", "version": "1"}],
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
        }

    def verify(self, path: Path, _manifests: int, /) -> dict[str, Any]:
        with self.c2pa.Reader(str(path), context=self.context) as reader:
            report = json.loads(reader.json())
        return {"state": report["validation_state"], "manifests": len(report["manifests"])}

    def sign(self, source: Path, output: Path) -> None:
        with self.c2pa.Builder(self.definition, context=self.context) as builder:
            builder.sign_file(str(source), str(output), self.signer)

    @staticmethod
    def command(path: Path, folder: Path, /) -> list[str]:
        return [sys.executable, "-c", _PEER_PROCESS, str(path), str(folder / "root.pem")]


class Limit:
    """What no implementation can do without: read and SHA-256, copy and SHA-256 in one pass, one Ed25519 verification a generation."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key: Any = load_pem_private_key((folder / "key.pem").read_bytes(), None)
        self.message = bytes(1_000)
        self.signature = key.sign(self.message)
        self.key = key.public_key()

    def verify(self, path: Path, manifests: int, /) -> dict[str, Any]:
        with path.open("rb", buffering=0) as stream:
            hashlib.file_digest(stream, "sha256")
        for _ in range(manifests):
            self.key.verify(self.signature, self.message)
        return {}

    def sign(self, source: Path, output: Path) -> None:
        state, buffer = hashlib.sha256(), memoryview(bytearray(_BUFFER))
        with source.open("rb", buffering=0) as stream, output.open("wb", buffering=0) as sink:
            while count := stream.readinto(buffer):
                state.update(buffer[:count])
                sink.write(buffer[:count])

    @staticmethod
    def command(path: Path, _folder: Path, /) -> list[str]:
        return [sys.executable, "-c", _LIMIT_PROCESS, str(path)]


_PEER_PROCESS = """
import pathlib, sys
import c2pa
settings = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "trust": {"trust_anchors": pathlib.Path(sys.argv[2]).read_text()},
}
with c2pa.Reader(sys.argv[1], context=c2pa.Context(settings=c2pa.Settings.from_dict(settings))) as reader:
    print(reader.json())
"""
_LIMIT_PROCESS = """
import hashlib, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
with open(sys.argv[1], "rb") as stream:
    digest = hashlib.file_digest(stream, "sha256").digest()
key.public_key().verify(key.sign(digest), digest)
print("{}")
"""
"""No program in Python that checks one signature starts faster."""


CONTENDERS: dict[str, type[Limit] | type[Ours] | type[Peer]] = {"limit": Limit, "credkit": Ours, "c2pa-python": Peer}
"""In the order in which they take turns."""
