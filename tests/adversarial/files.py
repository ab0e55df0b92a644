"""Attacks on file systems and on belief: names that lead out of a folder, archives that show one thing and hold another, files without
credentials that say they have some, and statements that are signed and false.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

from credkit.trust.policy import TrustPolicy
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import ACTIVE, INTACT, MATCH, SOUND, STATED, genuine, retold
from tests.assets.samples import segment, with_metadata
from tests.forge.archives import STORE_NAME, Archive, archive, epub, signed_archive
from tests.forge.boxes import Node
from tests.forge.files import plain, signed, standard
from tests.forge.manifests import Assertion, Signing, actions, results, thumbnail
from tests.verify.tables import ingredients

__all__ = ["ATTACKS", "NAMES"]

NAMES: dict[str, str] = {
    "parent": "../../etc/passwd",
    "deep-parent": "a/b/../../../../x",
    "absolute": "/etc/cron.d/x",
    "home": "~/.ssh/authorized_keys",
    "backslash": "..\\..\\windows\\system32\\x.dll",
    "drive": "C:\\autoexec.bat",
    "drive-relative": "C:x",
    "share": "\\\\evil.example\\share\\x",
    "device-path": "\\\\?\\C:\\x",
    "device": "CON",
    "device-with-ending": "nul.txt",
    "stream": "x.txt:evil",
    "dot": ".",
    "dots": "..",
    "three-dots": "...",
    "empty": "",
    "space": " ",
    "trailing-dot": "x.txt. ",
    "hidden": ".bashrc",
    "option": "-rf",
    "percent": "%2e%2e%2fx",
    "overlong": "\u2025/x",
    "fullwidth": "\uff0e\uff0e\uff0fx",
    "line-break": "x\ny",
    "escape": "x\x1b[2Jy",
    "bidi": "x\u202egpj.exe",
    "long": "x" * 5_000,
    "long-path": "x/" * 3_000,
    "url": "file:///etc/passwd",
    "shell": "$(id);`id`|id",
    "glob": "*",
    "two-endings": "x.jpg.exe",
    "combining": "e\u0301" * 200,
    "store": "content_credential.c2pa",
}
"""What an embedded file may be called."""


def _named(name: str) -> bytes:
    """A signed thumbnail with a file name."""

    def edit(node: Node) -> None:
        node.leaf("bfdb").payload = b"\x01image/jpeg\0" + name.encode() + b"\0"

    return signed(standard(thumbnail(edit=edit)))


def _raw_name(name: bytes) -> bytes:
    def edit(node: Node) -> None:
        node.leaf("bfdb").payload = b"\x01image/jpeg\0" + name

    return signed(standard(thumbnail(edit=edit)))


def _listing(uri: str) -> bytes:
    """A signed archive whose list has one more member, which lies somewhere else."""
    return signed_archive(epub(), state=lambda value: value["uris"].append({"uri": uri, "hash": bytes(32)}))


def _slipping(name: str, *, listed: bool = True) -> bytes:
    """A signed archive with an entry of that name, which the list has as it is."""
    made = archive(("mimetype", b"application/zip"), (name, b"evil"))
    entry = next(data for found, data in Archive.of(made).entries if found == name)

    def state(value: dict[str, Any]) -> None:
        if listed:
            value["uris"].append({"uri": name, "hash": sha256(entry).digest()})

    return signed_archive(made, left_out=(name,), state=state)


def _archive(change: Callable[[Archive], object]) -> bytes:
    """A genuine archive that is taken apart, changed and put together again."""
    made = Archive.of(genuine("zip"))
    change(made)
    return made.build()


def _entry(made: Archive, name: str) -> int:
    return next(n for n, (found, _) in enumerate(made.entries) if found == name)


def _other_local_name(made: Archive) -> None:
    name, data = made.entries[0]
    made.entries[0] = (name, data.replace(b"mimetype", b"mimetypo", 1))


def _other_listed_name(made: Archive) -> None:
    made.headers[0] = made.headers[0].replace(b"mimetype", b"mimetypo", 1)


def _removed(made: Archive) -> None:
    at = _entry(made, "META-INF/container.xml")
    del made.entries[at], made.headers[at]


def _swapped(made: Archive) -> None:
    made.entries[0], made.entries[1] = made.entries[1], made.entries[0]
    made.headers[0], made.headers[1] = made.headers[1], made.headers[0]


def _set_size(made: Archive) -> None:
    header = made.headers[0]
    made.headers[0] = header[:20] + struct.pack("<II", 5, 5) + header[28:]


def _claiming(sentence: str) -> bytes:
    """A file without any credentials whose metadata say that it has some."""
    return with_metadata(plain(), xmp=f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{sentence}</x:xmpmeta>".encode())


def _stub() -> bytes:
    """A segment that looks like a store to whoever only searches for names."""
    return plain()[:2] + segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb\0\0\0\x18jumdc2pa c2pa.claim c2pa.signature trusted") + plain()[2:]


def _unsigned(signature: Callable[[bytes], Any]) -> bytes:
    return signed(standard(signing=Signing(signature=signature)))


def _praising(claim: dict[str, Any]) -> None:
    claim.update({"verified": True, "validation_state": "Trusted", "signer": "Adobe Inc."})


def _unsigned_praise() -> bytes:
    """The claim praises itself after it was signed, in the place of its own name."""
    return retold(
        genuine(thumb=True),
        lambda tree: setattr(
            tree.at(f"{ACTIVE}/c2pa.claim.v2").leaf(),
            "payload",
            tree.at(f"{ACTIVE}/c2pa.claim.v2").leaf().payload.replace(b"credkit test", b"is  verified"),
        ),
    )


def _recorded_praise() -> bytes:
    """A signer records that a broken ingredient was sound, in every word there is."""
    praise = results()
    praise["activeManifest"]["success"] = [
        {"code": code, "url": ingredients.mismatch_url()} for code in (STATED, "claimSignature.validated", "signingCredential.trusted")
    ]
    return ingredients.under(lambda manifest: ingredients.component(manifest, recorded=praise), ingredients.bad_parent)()


def _false(source: str, *more: Assertion) -> bytes:
    created = {
        "action": "c2pa.created",
        "digitalSourceType": f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}",
        "when": "1899-12-31T00:00:00Z",
    }
    return signed(standard(*more, first=actions(created)))


def _in_the_past() -> bytes:
    exif = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:DateTimeOriginal": "1945-05-08T12:00:00"}
    return _false("digitalCapture", Assertion("c2pa.metadata", exif, content="json"))


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_name = _family("hostile-resource-names", "An embedded file is called so that whoever saves it writes somewhere else.", False)
_uri = _family("collection-escape", "A signed collection lists a member that lies outside of it.", False)
_slip = _family("archive-slip", "An entry of a signed archive is called so that whoever unpacks it writes somewhere else.", False)
_zip = _family("hostile-archive", "An archive is changed so that one program unpacks what was signed and another something else.")
_sham = _family("sham-credentials", "A file without credentials says that it has some.")
_theatre = _family("signature-theatre", "In the place of a signature stands nothing, or praise, for readers that never compute.")
_false_ = _family(
    "false-statements", "A trusted signer says what is not so: a signature proves who said it, and never that it is true.", False
)

_INVALID_URI = "assertion.collectionHash.invalidURI"
_COLLECTION = "assertion.collectionHash.mismatch"
_MISSING = "assertion.collectionHash.incorrectFileCount"
_CREDENTIAL = ("claimSignature.insideValidity", "signingCredential.trusted")

ATTACKS: tuple[Attack, ...] = (
    *(_name(f"resource-{name}", partial(_named, text), "Trusted", *SOUND) for name, text in NAMES.items()),
    _name("resource-not-utf-8", partial(_raw_name, b"\xff\xfe/\xc0\xae\xc0\xae/x\0"), "Trusted", *SOUND),
    _name("resource-nul", partial(_raw_name, b"x.jpg\0.exe\0"), "Trusted", *SOUND),
    _name("resource-without-end", partial(_raw_name, b"x.jpg"), "Trusted", *SOUND),
    *(
        _uri(f"collection-{name}", partial(_listing, uri), "Invalid", *INTACT, _INVALID_URI)
        for name, uri in (
            ("parent", "../x"),
            ("inner-parent", "OEBPS/../../x"),
            ("percent-parent", "%2e%2e/x"),
            ("half-percent-parent", ".%2E/x"),
            ("dot", "./mimetype"),
            ("percent-dot", "OEBPS/%2e/x"),
        )
    ),
    *(
        _uri(f"collection-{name}", partial(_listing, uri), "Invalid", *INTACT, _INVALID_URI)
        for name, uri in (
            ("absolute", "/etc/passwd"),
            ("scheme", "file:///etc/passwd"),
            ("network", "https://evil.example/x"),
            ("share", "//evil.example/x"),
            ("backslash", "..\\x"),
            ("drive", "C:/x"),
            ("nul", "x%00y"),
            ("empty", ""),
        )
    ),
    _uri("collection-not-there", partial(_listing, "OEBPS/none"), "Invalid", *INTACT, _MISSING),
    *(
        _slip(f"slip-{name}", partial(_slipping, entry), "Invalid", *INTACT, _INVALID_URI)
        for name, entry in (("parent", "../evil"), ("deep", "a/../../evil"), ("dot", "./evil"))
    ),
    *(
        _slip(f"slip-{name}", partial(_slipping, entry), "Invalid", *INTACT, _INVALID_URI)
        for name, entry in (("absolute", "/evil"), ("backslash", "..\\evil"), ("drive", "C:/evil"))
    ),
    _slip("slip-not-listed", partial(_slipping, "../evil", listed=False), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-entry-more", lambda: _archive(lambda a: a.add("evil.txt", b"evil")), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-entry-doubled", lambda: _archive(lambda a: a.add("mimetype", b"evil")), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-second-store", lambda: _archive(lambda a: a.add(STORE_NAME, b"evil")), "error"),
    _zip("archive-entry-gone", lambda: _archive(_removed), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-entries-swapped", lambda: _archive(_swapped), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-other-local-name", lambda: _archive(_other_local_name), "error"),
    _zip("archive-other-listed-name", lambda: _archive(_other_listed_name), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-other-size", lambda: _archive(_set_size), "error"),
    _zip("archive-comment", lambda: _archive(lambda a: setattr(a, "comment", b"evil")), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-hidden-between", lambda: _archive(lambda a: a.between.update({1: b"evil"})), "Invalid", *INTACT, _COLLECTION),
    _zip(
        "archive-hidden-at-the-end",
        lambda: _archive(lambda a: a.between.update({len(a.entries): b"evil"})),
        "Invalid",
        *INTACT,
        _COLLECTION,
    ),
    _zip("archive-behind-the-end", lambda: _archive(lambda a: setattr(a, "tail", b"evil")), "Invalid", *INTACT, _COLLECTION),
    _zip("archive-program-in-front", lambda: b"#!/bin/sh\n" + genuine("zip"), "error"),
    *(
        _sham(f"sham-{name}", partial(_claiming, sentence), "none")
        for name, sentence in (
            ("metadata", "c2pa:Trusted signingCredential.trusted"),
            ("inner-reference", "<r dcterms:provenance='self#jumbf=/c2pa/urn:c2pa:x'/>"),
        )
    ),
    *(
        _sham(f"sham-{name}", partial(_claiming, f"<r dcterms:provenance='{url}'/>"), "none", "manifest.inaccessible")
        for name, url in (
            ("remote-reference", "https://evil.example/x.c2pa"),
            ("reference-to-this-machine", "http://127.0.0.1/x.c2pa"),
            ("reference-to-cloud", "http://169.254.169.254/latest/meta-data/"),
            ("reference-to-file", "file:///etc/passwd"),
            ("reference-without-scheme", "x.c2pa"),
            ("reference-broken", "https://[::1/x"),
        )
    ),
    _sham("sham-segment", _stub, "error", "manifest.inaccessible.malformed"),
    _sham("sham-sidecar", lambda: (plain(), b"c2pa trusted"), "error", "manifest.inaccessible.malformed"),
    _sham("sham-empty-sidecar", lambda: (plain(), b""), "error", "manifest.inaccessible.malformed"),
    *(
        _theatre(f"theatre-{name}", partial(_unsigned, signature), "Invalid", *_CREDENTIAL, STATED, MATCH, "claimSignature.mismatch")
        for name, signature in (
            ("no-bytes", lambda _: b""),
            ("zeros", lambda s: bytes(len(s))),
            ("praise", lambda s: b"this signature is valid".ljust(len(s), b"!")),
            ("half", lambda s: s[:32]),
            ("twice", lambda s: s + s),
        )
    ),
    _theatre("theatre-text", partial(_unsigned, lambda _: "valid"), "Invalid", STATED, MATCH, "claimSignature.mismatch"),
    _theatre("theatre-altered-claim", _unsigned_praise, "Invalid", *_CREDENTIAL, STATED, MATCH, "claimSignature.mismatch"),
    _theatre(
        "theatre-praising-claim",
        lambda: signed(standard(claim=_praising)),
        "Valid",
        *INTACT[:2],
        STATED,
        MATCH,
        "signingCredential.untrusted",
        policy=TrustPolicy.none,
    ),
    _theatre(
        "theatre-praised-ingredient",
        _recorded_praise,
        "Invalid",
        *SOUND,
        "ingredient.manifest.validated",
        "ingredient.claimSignature.validated",
        "assertion.hashedURI.mismatch",
    ),
    *(
        _false_(f"false-{name}", partial(_false, source), "Trusted", *SOUND)
        for name, source in (("capture", "digitalCapture"), ("type", "noSuchType"))
    ),
    _false_("false-date", _in_the_past, "Trusted", *SOUND),
)
