"""Faults that no test can notice, because the changed code does the same; each with the reason. They are counted apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["REVIEWED", "Reviewed", "reason_for"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A change that makes no difference."""

    module: str
    """The module, or with a dot at its end all that begin so."""
    line: str
    """What stands in the sound line."""
    fault: str
    """What stands in the changed one; empty when it is the same without those words."""
    reason: str


def _unheard(module: str, reason: str, *words: str) -> tuple[Reviewed, ...]:
    """Names in refusals that nobody is told of: whoever asks takes any refusal for the same answer. Each with what stands before it."""
    return tuple(
        Reviewed(module, word, before + fault, reason)
        for before, _, name in (word.rpartition('"')[0].rpartition('"') for word in words)
        for word in (f'{before}"{name}"',)
        for fault in ("None", f'"XX{name}XX"', f'"{name.upper()}"')
    )


REVIEWED: tuple[Reviewed, ...] = (
    *(
        Reviewed("credkit.", "strict=True", fault, "both are of one length, whatever the input: the word guards against faults of our own")
        for fault in ("strict=False", "strict=None", "")
    ),
    Reviewed("credkit.", 'decode("utf-8")', 'decode("UTF-8")', "two names of one encoding"),
    Reviewed("credkit.", 'encode("utf-8")', 'encode("UTF-8")', "two names of one encoding"),
    Reviewed("credkit.codec.", 'code("latin-1")', 'code("LATIN-1")', "two names of one encoding"),
    *(Reviewed("credkit.", f'{call}("ascii")', f'{call}("ASCII")', "two names of one encoding") for call in ("encode", "decode")),
    *(
        Reviewed(module, f'{call}, "big")', f"{call}, )", "the order that Python takes when none is named")
        for module, call in (
            ("credkit.codec.binary", "int.from_bytes(self.take(size, what)"),
            ("credkit.codec.cbor", "argument.to_bytes(size"),
            ("credkit.codec.cbor", "int.from_bytes(data[at + 1 : self.offset]"),
            ("credkit.codec.jumbf", "(8 + len(payload)).to_bytes(4"),
            ("credkit.trust.algorithms", "int.from_bytes(signature[:half]"),
            ("credkit.trust.identity.jwk", "int.from_bytes(body"),
        )
    ),
    Reviewed("credkit.codec.cbor", "self.start = 0", "self.start = ", "set by the first head, before anything can be refused"),
    Reviewed("credkit.codec.fields", "self._typed(key, ", ", None)", "only asked whether it is true"),
    Reviewed("credkit.codec.json_text", "ensure_ascii=False", "ensure_ascii=None", "only asked whether it is true"),
    Reviewed("credkit.binding.bmff_hash", "tuple[Exclusion, ...] = ()", "= None", "set anew before it is read"),
    Reviewed(
        "credkit.binding.parts",
        "(span.start - part.start, ",
        "(span.start + part.start, ",
        "only the first part holds the store, and it begins at 0",
    ),
    Reviewed("credkit.binding.zip_entries", "Span(self._source.size, 0)", "Span(self._source.size, None)", "only its start is asked for"),
    Reviewed(
        "credkit.binding.parts",
        "part.start <= span.start and",
        "part.start < span.start and",
        "only the first part holds the store, and no format has it at the first byte",
    ),
    *(
        Reviewed("credkit.binding.folder", f'{name}.split("/")', f'{name}.split("XX/XX")', "the same path, except on Windows")
        for name in ("name", "prefix")
    ),
    Reviewed("credkit.binding.multi_asset", "fragments=()", "fragments=None", "nobody asks but whether there are any"),
    *(
        Reviewed("credkit.codec.jumbf", 'take(4, "box type")', fault, "the refusal is put into other words: the header is cut short")
        for fault in ("take(4, None)", 'take(4, "XXbox typeXX")', 'take(4, "BOX TYPE")')
    ),
    Reviewed("credkit.codec.cbor", "limits.cbor_depth + 2", "limits.cbor_depth + 3", "our own bound, which is lower, was held before"),
    Reviewed("credkit.binding.zip_entries", 'decode("cp437")', 'decode("CP437")', "two names of one encoding"),
    Reviewed("credkit.binding.bmff_hash", "not apart), len(roots))", "not apart), None)", "a slice without an end goes to the end"),
    *(
        Reviewed(module, ", code=" + code, fault, "whoever judges the assertion takes every fault without a code of his own for a mismatch")
        for module, code, fault in (
            ("credkit.binding.bmff_hash.merkle", "_MISMATCH)", "(message, )"),
            ("credkit.binding.bmff_hash.merkle", "_MISMATCH)", "code=None)"),
            ("credkit.binding.bmff_hash.exclusions", "code, offset=box.span.start)", 'excluded", offset=box.span.start)'),
            ("credkit.binding.bmff_hash.exclusions", "code, offset=box.span.start)", "code=None, offset=box.span.start)"),
        )
    ),
    *(
        Reviewed("credkit.binding.bmff_hash.merkle", 'where="merkle box", ', fault, "the finding tells what is wrong and not where")
        for fault in ("where=None, ", 'where="XXmerkle boxXX", ', 'where="MERKLE BOX", ', "")
    ),
    Reviewed("credkit.trust.http", 'or "chunked")', 'or "CHUNKED")', "compared in lower case"),
    Reviewed("credkit.trust.http", 'or "identity")', 'or "IDENTITY")', "compared in lower case"),
    Reviewed("credkit.trust.pem", "if stop < 0:", "if stop <= 0:", "the end of a block is looked for behind its beginning"),
    *(
        Reviewed("credkit.trust.timestamp.structure", word, fault, "a value of another type is refused before, with the whole token")
        for word, faults in (
            ('"time-stamp")', ("None)", '"XXtime-stampXX")', '"TIME-STAMP")')),
            ('"message digest")', ("None)", '"XXmessage digestXX")', '"MESSAGE DIGEST")')),
            ('"content type")', ("None)", '"XXcontent typeXX")', '"CONTENT TYPE")')),
        )
        for fault in faults
    ),
    Reviewed(
        "credkit.verify.chain", "entry if url == entry.url else", "entry if (url == entry.url) and False else", "the same entry, made anew"
    ),
    Reviewed("credkit.", '.rsplit("/", 1)[-1]', '.rsplit("/", )[-1]', "what stands behind the last slash, however often it is split"),
    Reviewed("credkit.", '.rsplit("/", 1)[-1]', '.rsplit("/", 2)[-1]', "what stands behind the last slash, however often it is split"),
    *(
        Reviewed("credkit.verify.context", "self.accepted = False", fault, "set for each manifest before it is asked for")
        for fault in ("self.accepted = True", "self.accepted = None")
    ),
    *_unheard(
        "credkit.trust.certificate",
        "an extension or attribute that cannot be read is noted, and not why",
        '.expect(0x30, "basic constraints")',
        '.boolean("cA")',
        '.bits("key usage")',
        '.oid("purpose")',
        '.expect(0x30, "extended key usage")',
        '.oid("attribute type")',
    ),
    *_unheard(
        "credkit.trust.identity.purposes",
        "policies that cannot be read count as none",
        'read(extension.value, "certificate")',
        '.expect(0x30, "certificate policies")',
        '.oid("certificate policy")',
    ),
    *_unheard(
        "credkit.trust.profile",
        "parameters that cannot be read count as unsound",
        'read(parameters, "certificate")',
        '.expect(0x30, "PSS parameters")',
        '.only("PSS parameter")',
        'read(kind.parameters or b"", "certificate")',
        '.oid("curve")',
        '.integer("trailer")',
        '.oid("mask generation")',
        '.expect(0x30, "hash algorithm")',
        '.oid("hash algorithm")',
    ),
    *_unheard(
        "credkit.trust.verification",
        "who asks is told only that a signature does not verify",
        '.only("PSS parameter")',
        'read(parameters, "signature")',
        '.oid("hash algorithm")',
        '.integer("salt length")',
        'read(certificate.der, "certificate")',
    ),
    *(
        Reviewed("credkit.trust.verification", f"raise {kind}(", f"raise {kind}(None)", "who asks is told only that it does not verify")
        for kind in ("TypeError", "ValueError")
    ),
    *_unheard("credkit.trust.timestamp.form", "it was read before in the same way, and accepted", 'field.integer("version")'),
    *(
        Reviewed("credkit.trust.http", f'"{name}"', f'"{fault}"', "names of header fields are compared without regard to case")
        for name in ("Content-Length", "Content-Encoding", "Transfer-Encoding", "Location")
        for fault in (name.lower(), name.upper())
    ),
    Reviewed("credkit.trust.http", '"Content-Length", [])', '"Content-Length", None)', "no field and none of them is the same here"),
    *(
        Reviewed(module, f"if {found} else None", f"if ({found}) or True else None", reason)
        for module, found, reason in (
            ("credkit.verify.checks.actions", "manifest", "an assertion that was found lies in a manifest that is found"),
            ("credkit.verify.checks.ingredients", "view.manifest", "the manifest was found by this very reference"),
        )
    ),
    Reviewed("credkit.binding.", "told=False", "told=None", "only asked whether it is true"),
    *(
        Reviewed("credkit.binding.data_hash", 'or "data")', f'or "{fault}")', "a range that is no metadata was refused before")
        for fault in ("XXdataXX", "DATA")
    ),
    Reviewed("credkit.codec.jumbf", "if 8 <= length <=", "if 8 < length <=", "the long way reads such a header alike"),
    Reviewed(
        "credkit.binding.multi_asset",
        "return replace(store, slices=shifted(store.slices), ",
        "return replace(store, frame=",
        "a binding looks at the frame of the store; its slices are moved so that the location is true",
    ),
)


def reason_for(module: str, sound: Sequence[str], changed: Sequence[str]) -> str | None:
    """Why a fault makes no difference, by the lines that it takes away and those in their place; None for one that was not reviewed."""
    before, after = "\n".join(sound), "\n".join(changed)
    for known in REVIEWED:
        here = module.startswith(known.module) if known.module.endswith(".") else module == known.module
        there = known.fault in after if known.fault else after == before.replace(known.line, "")
        if here and known.line in before and there:
            return known.reason
    return None
