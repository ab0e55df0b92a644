"""The reviewed list: every way in which the two verdicts on a mutant may part, each with the words of the specification that decide.

A rule looks at both verdicts and at what was changed. Where we accept and the reference refuses (``ACCEPTED_HERE``), it names exactly what
the reference minds; where we refuse (``REFUSED_HERE``), one failure code with a clause is enough. Files of the corpus have a list of their
own (``tests/corpus/reviewed.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from credkit.codec.jumbf import ContentBox, Superbox
from credkit.manifest.store import BOX
from tests.differential.judging import Pair

__all__ = ["ACCEPTED_HERE", "OTHERWISE", "REFUSED_HERE", "REVIEWED", "Rule", "rules_of"]

UNTRUSTED, INVALID = "signingCredential.untrusted", "signingCredential.invalid"
MISMATCHES = frozenset({"assertion.hashedURI.mismatch", "ingredient.manifest.mismatch"})


@dataclass(frozen=True, kw_only=True)
class Rule:
    name: str
    why: str
    """One sentence."""
    clause: str
    """Anchor in the specification 2.5."""
    applies: Callable[[Pair], bool]


def rules_of(pair: Pair) -> tuple[str, ...]:
    """The names of all rules that a disagreement falls under."""
    return tuple(rule.name for rule in REVIEWED if rule.applies(pair))


def _only(pair: Pair, *codes: str) -> bool:
    """Whether the reference finds something that we do not, and nothing but these."""
    return bool(pair.lacking) and pair.lacking <= set(codes)


# What is unusual about a file


def _boxes(box: Superbox) -> Iterator[Superbox]:
    yield box
    for child in box.superboxes:
        yield from _boxes(child)


def _has_unusual_boxes(pair: Pair) -> bool:
    """Some box of the store has a long length, an odd salt, or holds something beside what belongs there."""
    store = pair.report.store
    return store is not None and any(_is_unusual(box) for box in _boxes(store.box))


def _is_unusual(box: Superbox) -> bool:
    kinds = [child.type for child in box.children if isinstance(child, ContentBox)]
    salt = box.description.salt
    head = int.from_bytes(box.raw[:4], "big")
    return (
        head == 1
        or (salt is not None and len(salt) not in (16, 32))
        or kinds not in ([], ["cbor"], ["json"], ["bfdb", "bidb"])
        or (bool(kinds) and any(True for _ in box.superboxes))
        or (kinds == ["bfdb", "bidb"] and not _is_plain_media_type(box))
        or (not kinds and not any(True for _ in box.superboxes))
        or _is_of_another_kind(box, kinds)
    )  # fmt: skip


_CONTENT = {"cbor": (BOX.CBOR, BOX.CLAIM, BOX.SIGNATURE), "json": (BOX.JSON,), "bfdb": (BOX.EMBEDDED_FILE,)}


def _is_of_another_kind(box: Superbox, kinds: list[str]) -> bool:
    return bool(kinds) and box.type not in _CONTENT.get(kinds[0], ())


def _is_plain_media_type(box: Superbox) -> bool:
    described = next(child.payload for child in box.contents if child.type == "bfdb")
    return described[:1] == b"\0" and described[-1:] == b"\0" and described[1:-1].isascii() and b"\0" not in described[1:-1]


def _has_a_long_chain(pair: Pair) -> bool:
    """Some signature brings more than the two certificates that every seed has."""
    return any(manifest.signature and len(manifest.signature.chain) > 2 for manifest in pair.report.manifests)


def _has_unreadable_own_statement(pair: Pair) -> bool:
    """A statement with a label that is nobody's but its author's is no CBOR."""
    return any("org.test" in change or "stds." in change for change in pair.mutant.changes)


def _explained(pair: Pair) -> frozenset[str]:
    """Codes of the reference for which what was changed gives a reviewed reason."""
    found: set[str] = set()
    if _has_unreadable_own_statement(pair):
        found |= {"assertion.cbor.invalid", "assertion.required.missing"}
    if _has_a_long_chain(pair):
        found.add(UNTRUSTED)
    if pair.they_say("must have a digitalSourceType") or pair.they_say("targetLanguage"):
        found.add("assertion.action.malformed")
    if _has_unusual_boxes(pair) or any(change.startswith("claim by") for change in pair.mutant.changes):
        found |= MISMATCHES
    return frozenset(found)


_JUMBF_WORDS = (
    "JUMBF",
    "JUMB box",
    "UUID box",
    "box header",
    "claim description box",
    "required JUMBF box",
    "could not create valid JUMBF",
)

ACCEPTED_HERE = (
    Rule(
        name="boxes of an unusual form",
        why="Unknown boxes may stand in stores and manifests, padding anywhere, several boxes in an assertion; lengths may have 64 bits.",
        clause="_unrecognized_boxes",
        applies=lambda p: any(p.they_say(words) for words in _JUMBF_WORDS) and _has_unusual_boxes(p),
    ),
    Rule(
        name="an unknown box in a manifest",
        why="A box of a kind that is not defined is skipped.",
        clause="_unrecognized_boxes",
        applies=lambda p: _only(p, "claim.multiple") and p.they_say("unrecognized manifest box"),
    ),
    Rule(
        name="the hash of a box is that of its bytes as stored",
        why="The reference hashes what it would write itself; the clause hashes the description box and all content boxes as they are.",
        clause="_hashing_jumbf_boxes",
        applies=lambda p: _only(p, *MISMATCHES, "assertion.cbor.invalid", "assertion.required.missing") and _has_unusual_boxes(p),
    ),
    Rule(
        name="a field of another type than the schema has",
        why="Validators check the fields that the procedure names; a schema is no test of validity.",
        clause="schema-validation",
        applies=lambda p: p.they_say("could not decode assertion"),
    ),
    Rule(
        name="the same, where the reference cannot load the claim or the manifest for it",
        why="No step of the procedure reads a soft binding, or asks more of actions and others of the first version.",
        clause="_specific_assertion_validation",
        applies=lambda p: (
            (_only(p, "claim.malformed") and p.they_say("soft binding assertion could not be decoded"))
            or (_only(p, "assertion.required.missing") and p.they_say("Failed to load manifest"))
        ),
    ),
    Rule(
        name="a field of a data hash that is out of use",
        why="The file is hashed as the assertion says; an address beside it is read by no step of the procedure.",
        clause="_validating_a_data_hash",
        applies=lambda p: _only(p, "assertion.dataHash.mismatch") and p.they_say("remote data hash URIs are not supported"),
    ),
    Rule(
        name="an assertion of somebody's own may hold anything",
        why="Only the content of standard assertions has to be well-formed.",
        clause="_general_9",
        applies=lambda p: _only(p, "assertion.cbor.invalid", "assertion.required.missing") and _has_unreadable_own_statement(p),
    ),
    Rule(
        name="duties of generators for actions",
        why="A missing source type or language is no reason to reject in the list of the clause.",
        clause="_c2pa_actions_validation",
        applies=lambda p: (
            _only(p, "assertion.action.malformed") and (p.they_say("must have a digitalSourceType") or p.they_say("targetLanguage"))
        ),
    ),
    Rule(
        name="an empty list of ingredients",
        why="Each element of a transcoding or repackaging has to fit, and there is none.",
        clause="_c2pa_actions_validation",
        applies=lambda p: _only(p, "assertion.action.ingredientMismatch") and (p.they_say("repackaged") or p.they_say("transcoded")),
    ),
    Rule(
        name="a redaction named by any assertion that is there, or of what never was",
        why="The URI has to resolve to an assertion, wherever it is; not redacted is what stands there with content, and nothing does.",
        clause="_c2pa_actions_validation",
        applies=lambda p: (
            (_only(p, "assertion.action.redactionMismatch") and p.they_say("must be a valid reference"))
            or (_only(p, "assertion.notRedacted") and p.they_say("The assertion was not redacted"))
        ),
    ),
    Rule(
        name="recorded results of an odd form",
        why="The field has to be there; what cannot be read in it counts as not recorded, which is the stricter way.",
        clause="_ingredient_assertion_validation",
        applies=lambda p: _only(p, "assertion.ingredient.malformed") and p.they_say("must have validation results"),
    ),
    Rule(
        name="the algorithm of the manifest that refers",
        why="The hash in an ingredient is by the algorithm of the claim around it, not by that of the ingredient's claim.",
        clause="_for_hashed_uris",
        applies=lambda p: (
            _only(p, *MISMATCHES, "ingredient.claimSignature.mismatch")
            and any(change.startswith("claim by") for change in p.mutant.changes)
        ),
    ),
    Rule(
        name="fields of a claim that nobody knows",
        why="Unknown fields are ignored, and of the generator only the name is asked for.",
        clause="validating_the_claim",
        applies=lambda p: (
            p.they_say("unknown V1 claim field")
            or p.they_say("non-text key")
            or (p.they_say("Unknown error") and "claim value" in p.mutant.changes)
            or p.they_say("unsupported claim version")
            or p.they_say("claim_generator_info is missing or invalid")
            or p.they_say("claim_generator_info name must not be empty")
        ),
    ),
    Rule(
        name="further certificates in the chain",
        why="The list proposes a path, which is built by RFC 5280 from those that fit.",
        clause="x509_certificates",
        applies=lambda p: _only(p, UNTRUSTED) and _has_a_long_chain(p),
    ),
    Rule(
        name="certificates for claims and documents",
        why="Both purposes are those of signers; the reference has to be told so in its settings.",
        clause="_c2pa_signers",
        applies=lambda p: _only(p, INVALID, UNTRUSTED, "ingredient.manifest.mismatch") and p.they_say("missing required EKU"),
    ),
    Rule(
        name="a time-stamp with a fault is ignored",
        why="Such a fault is told and never rejects, also where the certificate of the authority is at fault.",
        clause="_validating_the_timestamptoken",
        applies=lambda p: p.mutant.family == "stamp and staple" and _only(p, INVALID) and "timeStamp.validated" not in p.ours.said,
    ),
    Rule(
        name="headers without a meaning here",
        why="The procedure reads the headers that it names; others may hold what they like.",
        clause="_use_of_cose",
        applies=lambda p: (
            p.they_say("could not generate a trusted time stamp") and bool({"extra", "unprotected", "protected"} & {*p.mutant.changes})
        ),
    ),
    Rule(
        name="a map of time-stamps with nothing to use in it",
        why="One map with an entry is demanded; what is in it matters when a signature is looked up there.",
        clause="_c2pa_time_stamp_validation",
        applies=lambda p: p.they_say("timestamp assertion malformed") and "c2pa.time-stamp" in " ".join(p.mutant.changes),
    ),
    Rule(
        name="an empty hash",
        why="Algorithm and hash are both there, which is all that is asked before data are fetched; an empty one will never fit.",
        clause="_c2pa_external_reference_validation",
        applies=lambda p: _only(p, "assertion.external-reference.malformed") and p.they_say("requires both alg and hash"),
    ),
    Rule(
        name="a manifest under a name of another form",
        why="No step reads the form of the name; where no signed statement has it, the account calls it unbound.",
        clause="manifest-identifier",
        applies=lambda p: _only(p, "claim.malformed") and p.they_say("claim box label invalid") and bool(p.report.unbound),
    ),
    Rule(
        name="two of these at once",
        why="Two changes, and a reviewed reason for each code that only the reference has.",
        clause="_general_9",
        applies=lambda p: p.mutant.family == "twice" and bool(p.lacking) and p.lacking <= _explained(p),
    ),
)


def _by(*codes: str) -> Callable[[Pair], bool]:
    """We refuse for one of these, and the reference does not."""
    return lambda p: p.theirs.accepts and not p.ours.accepts and bool(p.extra & set(codes))


REFUSED_HERE = (
    Rule(
        name="a payload, a header twice, something behind the signature or beside it",
        why="The payload is nil, one label stands in one header, the array has four elements, and the box holds nothing else.",
        clause="_use_of_cose",
        applies=_by("claimSignature.mismatch"),
    ),
    Rule(
        name="the signature of a claim is that of its manifest",
        why="The URI has to lead to the signature box of the same manifest.",
        clause="_validate_the_signature",
        applies=_by("claimSignature.missing"),
    ),
    Rule(
        name="the profile of certificates, and one chain",
        why="Purposes, key usage, form and number of the certificates are checked as the profile has them.",
        clause="_certificate_profiles",
        applies=_by(INVALID),
    ),
    Rule(
        name="a path that does not hold",
        why="A certificate whose issuer or form does not fit leads to no anchor.",
        clause="_certificate_trust_chain",
        applies=lambda p: (p.ours.state, p.theirs.state) == ("Valid", "Trusted") and UNTRUSTED in p.extra,
    ),
    Rule(
        name="a claim under another label than its version, or with more in its box",
        why="The label says which fields there must be, and the box holds one claim.",
        clause="validating_the_claim",
        applies=_by("claim.malformed", "claim.cbor.invalid", "claim.missing", "claim.multiple"),
    ),
    Rule(
        name="a list of redactions with what is no URI of another manifest",
        why="It never includes anything of the claim's own.",
        clause="_preparing_the_list_of_redacted_assertions",
        applies=_by("assertion.selfRedacted"),
    ),
    Rule(
        name="assertions that are not listed, not there or not here",
        why="Every entry resolves within the manifest, and every box of the store is listed.",
        clause="_general_9",
        applies=_by("assertion.missing", "assertion.undeclared", "assertion.outsideManifest", "assertion.notRedacted"),
    ),
    Rule(
        name="the hash of a box is that of its bytes as stored, changed ones included",
        why="The reference hashes what it would write itself, and overlooks what it does not keep.",
        clause="_hashing_jumbf_boxes",
        applies=_by("assertion.hashedURI.mismatch", "assertion.cbor.invalid", "assertion.json.invalid"),
    ),
    Rule(
        name="references inside of assertions",
        why="Each resolves, and its hash fits.",
        clause="_validation_of_references",
        applies=_by("hashedURI.missing", "hashedURI.mismatch"),
    ),
    Rule(
        name="rules for actions that the reference does not have",
        why="Removed and deleted ingredients, parameters, times, marks and redactions are checked as listed.",
        clause="_c2pa_actions_validation",
        applies=_by(
            "assertion.action.malformed",
            "assertion.action.ingredientMismatch",
            "assertion.action.redactionMismatch",
            "assertion.action.softBindingMissing",
            "assertion.action.redacted",
        ),
    ),
    Rule(
        name="an ingredient's signature and manifest are compared",
        why="The hash of the signature is compared whenever it is recorded.",
        clause="_performing_explicit_validation",
        applies=_by(
            "ingredient.claimSignature.mismatch",
            "ingredient.claimSignature.missing",
            "ingredient.manifest.mismatch",
            "ingredient.manifest.missing",
            "assertion.ingredient.malformed",
        ),
    ),
    Rule(
        name="one hard binding, of a kind that counts",
        why="None or two are faults of a manifest, of an ingredient's too.",
        clause="_hard_bindings",
        applies=_by("claim.hardBindings.missing", "assertion.multipleHardBindings"),
    ),
    Rule(
        name="exclusions out of order, or of more than the store",
        why="They do not overlap, are in order, and leave out no image data.",
        clause="_validating_a_data_hash",
        applies=_by("assertion.dataHash.malformed", "assertion.dataHash.mismatch"),
    ),
    Rule(
        name="an update that says more than updates may",
        why="Neither parents nor content may change.",
        clause="_update_manifests",
        applies=_by("manifest.update.invalid", "manifest.update.wrongParents", "manifest.multipleParents"),
    ),
    Rule(
        name="algorithms",
        why="A hash algorithm is one of three, stated where the clause looks for it.",
        clause="_algorithm_validation",
        applies=_by("algorithm.unsupported"),
    ),
    Rule(
        name="the forms of other standard assertions",
        why="The procedure has a rule for each.",
        clause="_specific_assertion_validation",
        applies=_by(
            "assertion.timestamp.malformed",
            "assertion.cloud-data.malformed",
            "assertion.external-reference.malformed",
            "assertion.metadata.malformed",
        ),
    ),
    Rule(
        name="boxes that are not of a store",
        why="Labels are unique, toggles and lengths as demanded; no hash covers them, so the parser has to insist.",
        clause="_toggles",
        applies=_by("manifest.inaccessible.malformed", "general.error", "manifest.compressed.invalid"),
    ),
)

OTHERWISE = (
    Rule(
        name="nothing found on one side, an unreadable file on the other",
        why="Neither side believes the file; where a store is too damaged to be found, one says so and one says that there is none.",
        clause="_locating_the_active_manifest",
        applies=lambda p: "none" in (p.ours.state, p.theirs.state) and not p.ours.accepts and not p.theirs.accepts,
    ),
)
REVIEWED = (*ACCEPTED_HERE, *REFUSED_HERE, *OTHERWISE)
