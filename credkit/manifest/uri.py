"""JUMBF URIs: how claims and assertions point at boxes of the same store.

Clause: "JUMBF URI references" (anchor ``_standard_uris``). Absolute: ``self#jumbf=/c2pa/<manifest>/<box>/...``; relative to the
manifest that holds the reference: ``self#jumbf=<box>/...``. There is no ``..``.
"""

from __future__ import annotations

from credkit.dataclass import dataclass

__all__ = ["JumbfUri", "absolute", "assertion_uri", "manifest_uri", "signature_uri"]

_SCHEME = "self#jumbf="
_STORE = "c2pa"
_ABSOLUTE = f"{_SCHEME}/{_STORE}/"
_ROOTS = ("/", f"{_STORE}/")
"""How an absolute path begins: files of 2023 lack its first slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JumbfUri:
    """A parsed reference: the manifest's label (None when relative) and the labels below it."""

    manifest: str | None
    path: tuple[str, ...]

    @classmethod
    def parse(cls, text: object) -> JumbfUri | None:
        """The reference in ``text``; None when it is not a JUMBF URI of this store."""
        if not isinstance(text, str) or not text.startswith(_SCHEME):
            return None
        body = text[len(_SCHEME) :].partition("&")[0]
        if body.startswith(_ROOTS):
            parts = body.removeprefix("/").split("/")
            if parts[0] != _STORE or len(parts) < 2:
                return None
            manifest, path = parts[1], tuple(parts[2:])
        else:
            manifest, path = None, tuple(body.split("/"))
        if ".." in path or "" in path or manifest == "":
            return None
        return cls(manifest=manifest, path=path)

    def within(self, manifest: str) -> JumbfUri:
        """The same reference made absolute against the manifest that holds it."""
        return self if self.manifest else JumbfUri(manifest=manifest, path=self.path)

    def __str__(self) -> str:
        body = "/".join(self.path)
        if self.manifest is None:
            return _SCHEME + body
        return f"{_SCHEME}/{_STORE}/{self.manifest}" + (f"/{body}" if body else "")


def absolute(text: str, manifest: str) -> str:
    """``text`` made absolute; unparsable text comes back as it is."""
    if text.startswith(_ABSOLUTE) and "&" not in text:
        return text
    parsed = JumbfUri.parse(text)
    return str(parsed.within(manifest)) if parsed else text


def manifest_uri(manifest: str) -> str:
    """The manifest box."""
    return f"{_SCHEME}/{_STORE}/{manifest}"


def signature_uri(manifest: str) -> str:
    """The claim signature box."""
    return f"{manifest_uri(manifest)}/c2pa.signature"


def assertion_uri(manifest: str | None, label: str) -> str:
    """An assertion box; relative when ``manifest`` is None."""
    path = f"c2pa.assertions/{label}"
    return f"{manifest_uri(manifest)}/{path}" if manifest else _SCHEME + path
