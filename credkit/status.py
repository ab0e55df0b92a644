"""Validation status codes of C2PA 2.5 and what each says to a person.

Source: Appendix "Validation status codes" (anchor ``validation_codes_annex``). A member is the code itself
(``StatusCode.CLAIM_SIGNATURE_VALIDATED == "claimSignature.validated"``), with its ``kind`` and one plain ``sentence``.
"""

from __future__ import annotations

from enum import StrEnum

from credkit.dataclass import dataclass

__all__ = ["IDENTITY_CODES", "SUCCESSORS", "Kind", "Status", "StatusCode", "kind_of", "status"]


class Kind(StrEnum):
    """The three lists of a validation result."""

    SUCCESS = "success"
    INFORMATIONAL = "informational"
    FAILURE = "failure"


class StatusCode(StrEnum):
    """Every code of the standard, those of CAWG identity 1.3 under ``cawg.``, and our own under ``org.credkit.``."""

    kind: Kind
    sentence: str

    def __new__(cls, code: str, kind: Kind = Kind.FAILURE, sentence: str = "") -> StatusCode:
        """A string that also carries its kind and sentence (defaults only let the look-up ``StatusCode(code)`` be typed)."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.kind = kind
        member.sentence = sentence
        return member

    # success
    ASSERTION_ACCESSIBLE = "assertion.accessible", Kind.SUCCESS, "A statement that is kept outside the file could be fetched and read."
    ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MATCH = (
        "assertion.alternativeContentRepresentation.match",
        Kind.SUCCESS,
        "The preserved original picture is the one that the signer recorded.",
    )
    ASSERTION_BMFF_HASH_MATCH = "assertion.bmffHash.match", Kind.SUCCESS, "The content of the file is as it was when it was signed."
    ASSERTION_BOXES_HASH_MATCH = "assertion.boxesHash.match", Kind.SUCCESS, "Every part of the file is as it was when it was signed."
    ASSERTION_COLLECTION_HASH_MATCH = (
        "assertion.collectionHash.match",
        Kind.SUCCESS,
        "This file of the collection is as it was when the collection was signed.",
    )
    ASSERTION_DATA_HASH_MATCH = "assertion.dataHash.match", Kind.SUCCESS, "The content of the file is as it was when it was signed."
    ASSERTION_HASHED_URI_MATCH = "assertion.hashedURI.match", Kind.SUCCESS, "This statement is exactly the one that was signed."
    ASSERTION_LINKED_RESOURCE_INTEGRITY_MATCH = (
        "assertion.linkedResourceIntegrity.match",
        Kind.SUCCESS,
        "A linked resource was fetched and is the one that the signer recorded.",
    )
    ASSERTION_MULTI_ASSET_HASH_MATCH = (
        "assertion.multiAssetHash.match",
        Kind.SUCCESS,
        "The parts of the file that are there are as they were when it was signed.",
    )
    ASSERTION_SEGMENT_HASH_MATCH = "assertion.segmentHash.match", Kind.SUCCESS, "This segment of the file is as it was when it was signed."
    CLAIM_SIGNATURE_INSIDE_VALIDITY = (
        "claimSignature.insideValidity",
        Kind.SUCCESS,
        "The signature was made while the signer's certificate was valid.",
    )
    CLAIM_SIGNATURE_VALIDATED = (
        "claimSignature.validated",
        Kind.SUCCESS,
        "The signature fits the claim: nothing in the claim was changed since it was signed.",
    )
    INGREDIENT_CLAIM_SIGNATURE_VALIDATED = (
        "ingredient.claimSignature.validated",
        Kind.SUCCESS,
        "The signature of this ingredient is the one that was recorded when the ingredient was used.",
    )
    INGREDIENT_MANIFEST_VALIDATED = (
        "ingredient.manifest.validated",
        Kind.SUCCESS,
        "The history of this ingredient is exactly the one that was recorded when the ingredient was used.",
    )
    SIGNING_CREDENTIAL_OCSP_NOT_REVOKED = (
        "signingCredential.ocsp.notRevoked",
        Kind.SUCCESS,
        "The issuer of the signer's certificate confirmed that it had not been revoked when the signature was made.",
    )
    SIGNING_CREDENTIAL_TRUSTED = (
        "signingCredential.trusted",
        Kind.SUCCESS,
        "The signer's certificate leads to an authority on your trust list.",
    )
    TIME_STAMP_TRUSTED = "timeStamp.trusted", Kind.SUCCESS, "The time of signing is attested by a time-stamp authority on your trust list."
    TIME_STAMP_VALIDATED = "timeStamp.validated", Kind.SUCCESS, "The time-stamp is sound and belongs to this signature."
    # informational
    ALGORITHM_DEPRECATED = (
        "algorithm.deprecated",
        Kind.INFORMATIONAL,
        "The signer used an algorithm that is being phased out; it still counts.",
    )
    ASSERTION_ACTION_INGREDIENT_LOCATION_MISMATCH = (
        "assertion.action.ingredientLocationMismatch",
        Kind.INFORMATIONAL,
        "An action and the ingredient it names are not vouched for alike: one is the signer's own statement, the other was taken over.",
    )
    ASSERTION_BMFF_HASH_ADDITIONAL_EXCLUSIONS_PRESENT = (
        "assertion.bmffHash.additionalExclusionsPresent",
        Kind.INFORMATIONAL,
        "The signer left parts of the file besides the credentials unprotected; they could have been changed without notice.",
    )
    ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT = (
        "assertion.boxesHash.additionalExclusionsPresent",
        Kind.INFORMATIONAL,
        "The signer left parts of the file besides the credentials unprotected; they could have been changed without notice.",
    )
    ASSERTION_DATA_HASH_ADDITIONAL_EXCLUSIONS_PRESENT = (
        "assertion.dataHash.additionalExclusionsPresent",
        Kind.INFORMATIONAL,
        "The signer left parts of the file besides the credentials unprotected; they could have been changed without notice.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_FORMAT_MISMATCH = (
        "assertion.linkedResourceIntegrity.formatMismatch",
        Kind.INFORMATIONAL,
        "A linked resource is of another type than the signer recorded.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_HASH_MISMATCH = (
        "assertion.linkedResourceIntegrity.hashMismatch",
        Kind.INFORMATIONAL,
        "A linked resource is not the one that the signer recorded.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_INACCESSIBLE = (
        "assertion.linkedResourceIntegrity.inaccessible",
        Kind.INFORMATIONAL,
        "A linked resource could not be fetched, so it was not compared with what the signer recorded.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_SIZE_MISMATCH = (
        "assertion.linkedResourceIntegrity.sizeMismatch",
        Kind.INFORMATIONAL,
        "A linked resource has another size than the signer recorded.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_SKIPPED = (
        "assertion.linkedResourceIntegrity.skipped",
        Kind.INFORMATIONAL,
        "A linked resource was not fetched, so it was not compared with what the signer recorded.",
    )
    ASSERTION_REDACTED = (
        "assertion.redacted",
        Kind.INFORMATIONAL,
        "A statement that another one refers to was removed on purpose by a later signer, and the removal is on record.",
    )
    INGREDIENT_UNKNOWN_PROVENANCE = (
        "ingredient.unknownProvenance",
        Kind.INFORMATIONAL,
        "This ingredient came without Content Credentials, so its history is not known.",
    )
    SIGNING_CREDENTIAL_OCSP_INACCESSIBLE = (
        "signingCredential.ocsp.inaccessible",
        Kind.INFORMATIONAL,
        "Whether the signer's certificate was revoked could not be found out: its issuer did not answer.",
    )
    SIGNING_CREDENTIAL_OCSP_SKIPPED = (
        "signingCredential.ocsp.skipped",
        Kind.INFORMATIONAL,
        "Whether the signer's certificate was revoked was not checked.",
    )
    SIGNING_CREDENTIAL_OCSP_UNKNOWN = (
        "signingCredential.ocsp.unknown",
        Kind.INFORMATIONAL,
        "The issuer's revocation service does not know the signer's certificate.",
    )
    TIME_OF_SIGNING_INSIDE_VALIDITY = (
        "timeOfSigning.insideValidity",
        Kind.INFORMATIONAL,
        "The time that the signer states is possible: the certificate was valid then.",
    )
    TIME_OF_SIGNING_OUTSIDE_VALIDITY = (
        "timeOfSigning.outsideValidity",
        Kind.INFORMATIONAL,
        "The time that the signer states is not possible: the certificate was not valid then, or a time-stamp contradicts it.",
    )
    TIME_STAMP_CREDENTIAL_INVALID = (
        "timeStamp.credentialInvalid",
        Kind.INFORMATIONAL,
        "The certificate of the time-stamp authority is not fit for time-stamps, so the time of signing is not attested.",
    )
    TIME_STAMP_MALFORMED = (
        "timeStamp.malformed",
        Kind.INFORMATIONAL,
        "The time-stamp cannot be read, so the time of signing is not attested.",
    )
    TIME_STAMP_MISMATCH = (
        "timeStamp.mismatch",
        Kind.INFORMATIONAL,
        "The time-stamp belongs to something else, so the time of signing is not attested.",
    )
    TIME_STAMP_OUTSIDE_VALIDITY = (
        "timeStamp.outsideValidity",
        Kind.INFORMATIONAL,
        "The time-stamp was made while its authority's certificate was not valid, so the time of signing is not attested.",
    )
    TIME_STAMP_UNTRUSTED = (
        "timeStamp.untrusted",
        Kind.INFORMATIONAL,
        "The time-stamp authority is not on your trust list, so the time of signing is not attested.",
    )
    # failure
    ALGORITHM_UNSUPPORTED = (
        "algorithm.unsupported",
        Kind.FAILURE,
        "The signer used an algorithm that is not allowed or not named, so this part cannot be relied on.",
    )
    ASSERTION_ACTION_INGREDIENT_MISMATCH = (
        "assertion.action.ingredientMismatch",
        Kind.FAILURE,
        "An action says that another file was used, but that ingredient is not recorded or does not fit the action.",
    )
    ASSERTION_ACTION_MALFORMED = (
        "assertion.action.malformed",
        Kind.FAILURE,
        "The list of actions breaks the rules, so what was done cannot be relied on.",
    )
    ASSERTION_ACTION_REDACTED = (
        "assertion.action.redacted",
        Kind.FAILURE,
        "A list of actions was removed by a later signer, which is not allowed: part of the history is hidden.",
    )
    ASSERTION_ACTION_REDACTION_MISMATCH = (
        "assertion.action.redactionMismatch",
        Kind.FAILURE,
        "An action says that a statement was removed, but does not name a statement that was.",
    )
    ASSERTION_ACTION_SOFT_BINDING_MISSING = (
        "assertion.action.softBindingMissing",
        Kind.FAILURE,
        "An action says that a watermark was added, but the watermark is not recorded.",
    )
    ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_HASH_MISMATCH = (
        "assertion.alternativeContentRepresentation.hashMismatch",
        Kind.FAILURE,
        "The preserved original picture is not the one that the signer recorded.",
    )
    ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MALFORMED = (
        "assertion.alternativeContentRepresentation.malformed",
        Kind.FAILURE,
        "The record of the preserved original picture breaks the rules.",
    )
    ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MISSING = (
        "assertion.alternativeContentRepresentation.missing",
        Kind.FAILURE,
        "The preserved original picture, or the record of it, is missing.",
    )
    ASSERTION_BMFF_HASH_MALFORMED = (
        "assertion.bmffHash.malformed",
        Kind.FAILURE,
        "The record that ties the credentials to this file breaks the rules, so the content cannot be checked.",
    )
    ASSERTION_BMFF_HASH_MISMATCH = "assertion.bmffHash.mismatch", Kind.FAILURE, "The content of the file was changed after it was signed."
    ASSERTION_BOXES_HASH_MALFORMED = (
        "assertion.boxesHash.malformed",
        Kind.FAILURE,
        "The record that ties the credentials to this file breaks the rules, so the content cannot be checked.",
    )
    ASSERTION_BOXES_HASH_MISMATCH = "assertion.boxesHash.mismatch", Kind.FAILURE, "The content of the file was changed after it was signed."
    ASSERTION_BOXES_HASH_UNKNOWN_BOX = (
        "assertion.boxesHash.unknownBox",
        Kind.FAILURE,
        "The file has a part that was not there when it was signed.",
    )
    ASSERTION_CBOR_INVALID = "assertion.cbor.invalid", Kind.FAILURE, "A statement cannot be read: its data is damaged."
    ASSERTION_CLOUD_DATA_ACTIONS = (
        "assertion.cloud-data.actions",
        Kind.FAILURE,
        "A list of actions is kept outside the file in a place where that is not allowed.",
    )
    ASSERTION_CLOUD_DATA_HARD_BINDING = (
        "assertion.cloud-data.hardBinding",
        Kind.FAILURE,
        "The record that ties the credentials to this file is kept outside it, which is not allowed.",
    )
    ASSERTION_CLOUD_DATA_LABEL_MISMATCH = (
        "assertion.cloud-data.labelMismatch",
        Kind.FAILURE,
        "A statement kept outside the file turned out to be of another kind than announced.",
    )
    ASSERTION_CLOUD_DATA_MALFORMED = (
        "assertion.cloud-data.malformed",
        Kind.FAILURE,
        "The reference to a statement outside the file breaks the rules.",
    )
    ASSERTION_COLLECTION_HASH_INCORRECT_FILE_COUNT = (
        "assertion.collectionHash.incorrectFileCount",
        Kind.FAILURE,
        "A file of the signed collection is missing.",
    )
    ASSERTION_COLLECTION_HASH_INVALID_URI = (
        "assertion.collectionHash.invalidURI",
        Kind.FAILURE,
        "The signed collection names a file by a path that leads out of it, which is not allowed.",
    )
    ASSERTION_COLLECTION_HASH_MALFORMED = (
        "assertion.collectionHash.malformed",
        Kind.FAILURE,
        "The record of the signed collection breaks the rules, so its files cannot be checked.",
    )
    ASSERTION_COLLECTION_HASH_MISMATCH = (
        "assertion.collectionHash.mismatch",
        Kind.FAILURE,
        "A file of the collection was changed after the collection was signed.",
    )
    ASSERTION_DATA_HASH_MALFORMED = (
        "assertion.dataHash.malformed",
        Kind.FAILURE,
        "The record that ties the credentials to this file breaks the rules, so the content cannot be checked.",
    )
    ASSERTION_DATA_HASH_MISMATCH = "assertion.dataHash.mismatch", Kind.FAILURE, "The content of the file was changed after it was signed."
    ASSERTION_DATA_HASH_REDACTED = (
        "assertion.dataHash.redacted",
        Kind.FAILURE,
        "The record that ties the credentials to the content was removed, which is not allowed.",
    )
    ASSERTION_EXTERNAL_REFERENCE_CREATED = (
        "assertion.external-reference.created",
        Kind.FAILURE,
        "A reference to data outside the file is stated as the signer's own, which is not allowed.",
    )
    ASSERTION_EXTERNAL_REFERENCE_HASH_MISMATCH = (
        "assertion.external-reference.hashMismatch",
        Kind.FAILURE,
        "Data kept outside the file is not what the signer recorded.",
    )
    ASSERTION_EXTERNAL_REFERENCE_LABEL_MISMATCH = (
        "assertion.external-reference.labelMismatch",
        Kind.FAILURE,
        "Data kept outside the file turned out to be of another kind than announced.",
    )
    ASSERTION_EXTERNAL_REFERENCE_MALFORMED = (
        "assertion.external-reference.malformed",
        Kind.FAILURE,
        "A reference to data outside the file breaks the rules.",
    )
    ASSERTION_HARD_BINDING_REDACTED = (
        "assertion.hardBinding.redacted",
        Kind.FAILURE,
        "The record that ties the credentials to the content was removed, which is not allowed.",
    )
    ASSERTION_HASHED_URI_MISMATCH = "assertion.hashedURI.mismatch", Kind.FAILURE, "A statement was changed after it was signed."
    ASSERTION_INACCESSIBLE = "assertion.inaccessible", Kind.FAILURE, "A statement kept outside the file could not be fetched."
    ASSERTION_INGREDIENT_MALFORMED = (
        "assertion.ingredient.malformed",
        Kind.FAILURE,
        "The record of an ingredient breaks the rules, so what the file was made from cannot be relied on.",
    )
    ASSERTION_JSON_INVALID = "assertion.json.invalid", Kind.FAILURE, "A statement cannot be read: its data is damaged."
    ASSERTION_LINKED_RESOURCE_INTEGRITY_INVALID_URI = (
        "assertion.linkedResourceIntegrity.invalidURI",
        Kind.FAILURE,
        "A linked resource is named by a path that leads upwards, which is not allowed.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_MALFORMED = (
        "assertion.linkedResourceIntegrity.malformed",
        Kind.FAILURE,
        "The record of linked resources breaks the rules, so they cannot be checked.",
    )
    ASSERTION_LINKED_RESOURCE_INTEGRITY_NOT_CREATED = (
        "assertion.linkedResourceIntegrity.notCreated",
        Kind.FAILURE,
        "The record of linked resources is not stated as the signer's own, as it must be.",
    )
    ASSERTION_METADATA_MALFORMED = "assertion.metadata.malformed", Kind.FAILURE, "A statement gives a start that lies after its end."
    ASSERTION_MISSING = "assertion.missing", Kind.FAILURE, "A statement that was signed is no longer there: it was removed after signing."
    ASSERTION_MULTI_ASSET_HASH_MALFORMED = (
        "assertion.multiAssetHash.malformed",
        Kind.FAILURE,
        "The record of the parts of this file breaks the rules, so they cannot be checked.",
    )
    ASSERTION_MULTI_ASSET_HASH_MISMATCH = (
        "assertion.multiAssetHash.mismatch",
        Kind.FAILURE,
        "A part of the file was changed after it was signed.",
    )
    ASSERTION_MULTI_ASSET_HASH_MISSING_PART = (
        "assertion.multiAssetHash.missingPart",
        Kind.FAILURE,
        "A part of the file that was signed is missing.",
    )
    ASSERTION_MULTIPLE_HARD_BINDINGS = (
        "assertion.multipleHardBindings",
        Kind.FAILURE,
        "The credentials are tied to the content more than once, which is not allowed because the ties could contradict each other.",
    )
    ASSERTION_NOT_REDACTED = "assertion.notRedacted", Kind.FAILURE, "A statement is recorded as removed but is still there."
    ASSERTION_OUTSIDE_MANIFEST = (
        "assertion.outsideManifest",
        Kind.FAILURE,
        "The claim counts a statement of someone else's manifest as its own, which is not allowed.",
    )
    ASSERTION_SEGMENT_HASH_MALFORMED = (
        "assertion.segmentHash.malformed",
        Kind.FAILURE,
        "The record of a segment breaks the rules or is of an unknown version, so the segment cannot be checked.",
    )
    ASSERTION_SEGMENT_HASH_MISMATCH = (
        "assertion.segmentHash.mismatch",
        Kind.FAILURE,
        "A segment of the file was changed or moved after it was signed.",
    )
    ASSERTION_SEGMENT_HASH_PARTIAL_COVERAGE = (
        "assertion.segmentHash.partialCoverage",
        Kind.FAILURE,
        "Part of the file is not covered by any signed segment.",
    )
    ASSERTION_SEGMENT_HASH_PREDECESSOR_MISMATCH = (
        "assertion.segmentHash.predecessorMismatch",
        Kind.FAILURE,
        "A segment does not follow the one that it was signed to follow.",
    )
    ASSERTION_SELF_REDACTED = (
        "assertion.selfRedacted",
        Kind.FAILURE,
        "The claim says that one of its own statements was removed, which is not allowed.",
    )
    ASSERTION_TIMESTAMP_MALFORMED = "assertion.timestamp.malformed", Kind.FAILURE, "A stored time-stamp cannot be read."
    ASSERTION_UNDECLARED = "assertion.undeclared", Kind.FAILURE, "A statement was put in that the signer did not sign."
    CLAIM_ACTIONS_MISSING = (
        "claim.actions.missing",
        Kind.FAILURE,
        "The credentials do not say what was done to make this file, as they must.",
    )
    CLAIM_CBOR_INVALID = "claim.cbor.invalid", Kind.FAILURE, "The claim cannot be read: its data is damaged."
    CLAIM_HARD_BINDINGS_MISSING = (
        "claim.hardBindings.missing",
        Kind.FAILURE,
        "Nothing ties these credentials to the content of this file: they could have been taken from another one.",
    )
    CLAIM_MALFORMED = "claim.malformed", Kind.FAILURE, "The claim lacks something that it must state, or states it in the wrong form."
    CLAIM_MISSING = "claim.missing", Kind.FAILURE, "There is no claim: nothing was signed."
    CLAIM_MULTIPLE = "claim.multiple", Kind.FAILURE, "There is more than one claim, so it is unclear which one was signed."
    CLAIM_SIGNATURE_MISMATCH = (
        "claimSignature.mismatch",
        Kind.FAILURE,
        "The signature does not fit the claim: the claim was altered after signing, or the key is another one.",
    )
    CLAIM_SIGNATURE_MISSING = "claimSignature.missing", Kind.FAILURE, "There is no signature: nobody vouches for these statements."
    CLAIM_SIGNATURE_OUTSIDE_VALIDITY = (
        "claimSignature.outsideValidity",
        Kind.FAILURE,
        "The signer's certificate was not valid when the signature was made, or no attested time shows that it was.",
    )
    GENERAL_ERROR = "general.error", Kind.FAILURE, "Something in the credentials could not be processed."
    HASHED_URI_MISMATCH = "hashedURI.mismatch", Kind.FAILURE, "A statement refers to data that was changed since."
    HASHED_URI_MISSING = "hashedURI.missing", Kind.FAILURE, "A statement refers to data that is not there."
    INGREDIENT_CLAIM_SIGNATURE_MISMATCH = (
        "ingredient.claimSignature.mismatch",
        Kind.FAILURE,
        "The signature of an ingredient is not the one recorded when the ingredient was used: its history was altered or exchanged.",
    )
    INGREDIENT_CLAIM_SIGNATURE_MISSING = (
        "ingredient.claimSignature.missing",
        Kind.FAILURE,
        "The record of an ingredient does not name the ingredient's signature, so its history cannot be checked.",
    )
    INGREDIENT_MANIFEST_MISMATCH = (
        "ingredient.manifest.mismatch",
        Kind.FAILURE,
        "The history of an ingredient is not the one that was recorded when the ingredient was used: it was altered or exchanged.",
    )
    INGREDIENT_MANIFEST_MISSING = (
        "ingredient.manifest.missing",
        Kind.FAILURE,
        "The history of an ingredient was recorded but is not in the file.",
    )
    LIVEVIDEO_ASSERTION_INVALID = (
        "livevideo.assertion.invalid",
        Kind.FAILURE,
        "The live stream's numbering or name does not fit what was signed before.",
    )
    LIVEVIDEO_CONTINUITY_METHOD_INVALID = (
        "livevideo.continuityMethod.invalid",
        Kind.FAILURE,
        "The segments of the live stream are linked in a way that is not allowed or does not fit.",
    )
    LIVEVIDEO_INIT_INVALID = "livevideo.init.invalid", Kind.FAILURE, "The start of the live stream breaks the rules."
    LIVEVIDEO_MANIFEST_INVALID = "livevideo.manifest.invalid", Kind.FAILURE, "The credentials of a live segment are not valid."
    LIVEVIDEO_SEGMENT_INVALID = "livevideo.segment.invalid", Kind.FAILURE, "A segment of the live stream does not pass its check."
    LIVEVIDEO_SESSIONKEY_INVALID = (
        "livevideo.sessionkey.invalid",
        Kind.FAILURE,
        "The key that signs the live stream was not properly authorised by the signer.",
    )
    MANIFEST_APPEND_ONLY_TEXT_NO_SENTINEL = (
        "manifest.appendOnlyText.noSentinel",
        Kind.FAILURE,
        "The text lacks the line that marks where the signed part ends.",
    )
    MANIFEST_COMPRESSED_INVALID = (
        "manifest.compressed.invalid",
        Kind.FAILURE,
        "Compressed credentials cannot be unpacked or hold something else.",
    )
    MANIFEST_INACCESSIBLE = "manifest.inaccessible", Kind.FAILURE, "The credentials are kept elsewhere and could not be fetched."
    MANIFEST_INACCESSIBLE_ENCRYPTED = "manifest.inaccessible.encrypted", Kind.FAILURE, "The credentials are encrypted and cannot be read."
    MANIFEST_INACCESSIBLE_MALFORMED = (
        "manifest.inaccessible.malformed",
        Kind.FAILURE,
        "The credentials are there but damaged, so they cannot be read.",
    )
    MANIFEST_MULTIPLE_PARENTS = (
        "manifest.multipleParents",
        Kind.FAILURE,
        "The claim names more than one parent, which is not allowed: a file is edited from one.",
    )
    MANIFEST_UPDATE_INVALID = (
        "manifest.update.invalid",
        Kind.FAILURE,
        "An addition to the credentials states something that such an addition may not state.",
    )
    MANIFEST_UPDATE_WRONG_PARENTS = (
        "manifest.update.wrongParents",
        Kind.FAILURE,
        "An addition to the credentials does not name exactly the one parent that it adds to.",
    )
    SIGNING_CREDENTIAL_INVALID = (
        "signingCredential.invalid",
        Kind.FAILURE,
        "The signer's certificate is not fit for signing Content Credentials.",
    )
    SIGNING_CREDENTIAL_OCSP_REVOKED = (
        "signingCredential.ocsp.revoked",
        Kind.FAILURE,
        "The signer's certificate had been revoked when the signature was made: it must not be relied on.",
    )
    SIGNING_CREDENTIAL_UNTRUSTED = (
        "signingCredential.untrusted",
        Kind.FAILURE,
        "The signer's certificate does not lead to an authority on your trust list: the name in it is not vouched for.",
    )
    ORG_CREDKIT_LIMIT_EXCEEDED = (
        "org.credkit.limit.exceeded",
        Kind.FAILURE,
        "The credentials are larger or more deeply nested than any real ones, so the check was stopped.",
    )
    ORG_CREDKIT_UNBOUND = (
        "org.credkit.unbound",
        Kind.INFORMATIONAL,
        "Nothing vouches for some bytes of the file or of its credentials: anyone could have changed them unnoticed.",
    )
    # CAWG identity 1.3: success
    CAWG_IDENTITY_TRUSTED = (
        "cawg.identity.trusted",
        Kind.SUCCESS,
        "Somebody known to your list signed this statement of identity, and it fits the file.",
    )
    CAWG_IDENTITY_WELL_FORMED = (
        "cawg.identity.well-formed",
        Kind.SUCCESS,
        "This statement of identity is sound, but nobody on your list vouches for the name in it.",
    )
    CAWG_X509_CREDENTIAL_TRUSTED = (
        "cawg.x509.credential.trusted",
        Kind.SUCCESS,
        "The certificate in this statement of identity leads to an authority on your list for identities.",
    )
    CAWG_X509_SIGNATURE_VALIDATED = (
        "cawg.x509.signature.validated",
        Kind.SUCCESS,
        "The signature of this statement of identity fits what it is about.",
    )
    CAWG_X509_SIGNATURE_INSIDE_VALIDITY = (
        "cawg.x509.signature.inside_validity",
        Kind.SUCCESS,
        "The certificate in this statement of identity is within its time.",
    )
    CAWG_X509_TIME_STAMP_TRUSTED = (
        "cawg.x509.time_stamp.trusted",
        Kind.SUCCESS,
        "The time-stamp of this statement of identity comes from an authority on your list for time-stamps.",
    )
    CAWG_X509_TIME_STAMP_VALIDATED = "cawg.x509.time_stamp.validated", Kind.SUCCESS, "The time-stamp of this statement of identity fits it."
    CAWG_X509_OCSP_NOT_REVOKED = (
        "cawg.x509.ocsp.not_revoked",
        Kind.SUCCESS,
        "The issuer confirmed that the certificate in this statement of identity had not been revoked.",
    )
    CAWG_ICA_CREDENTIAL_VALID = "cawg.ica.credential_valid", Kind.SUCCESS, "The credential about somebody's identity passed every check."
    CAWG_ICA_TIME_STAMP_VALIDATED = (
        "cawg.ica.time_stamp.validated",
        Kind.SUCCESS,
        "The time-stamp of the credential about somebody's identity fits it.",
    )
    CAWG_ICA_CREDENTIAL_NOT_REVOKED = (
        "cawg.ica.credential.not_revoked",
        Kind.SUCCESS,
        "The credential about somebody's identity had not been revoked.",
    )
    # CAWG identity 1.3: informational
    CAWG_X509_TIME_STAMP_MALFORMED = (
        "cawg.x509.time_stamp.malformed",
        Kind.INFORMATIONAL,
        "The time-stamp of this statement of identity cannot be read, so it is ignored.",
    )
    CAWG_X509_TIME_STAMP_MISMATCH = (
        "cawg.x509.time_stamp.mismatch",
        Kind.INFORMATIONAL,
        "The time-stamp of this statement of identity was made for something else, so it is ignored.",
    )
    CAWG_X509_TIME_STAMP_UNTRUSTED = (
        "cawg.x509.time_stamp.untrusted",
        Kind.INFORMATIONAL,
        "The time-stamp of this statement of identity comes from nobody on your list, so it is ignored.",
    )
    CAWG_X509_TIME_STAMP_OUTSIDE_VALIDITY = (
        "cawg.x509.time_stamp.outside_validity",
        Kind.INFORMATIONAL,
        "The time-stamp authority's certificate was not valid at the stated time, so the stamp is ignored.",
    )
    CAWG_X509_TIME_STAMP_CREDENTIAL_INVALID = (
        "cawg.x509.time_stamp.credential_invalid",
        Kind.INFORMATIONAL,
        "The time-stamp authority's certificate is not fit for time-stamps, so the stamp is ignored.",
    )
    CAWG_X509_TIME_OF_SIGNING_INSIDE_VALIDITY = (
        "cawg.x509.time_of_signing.inside_validity",
        Kind.INFORMATIONAL,
        "The time that the named person or organization states lies within the time of the certificate.",
    )
    CAWG_X509_TIME_OF_SIGNING_OUTSIDE_VALIDITY = (
        "cawg.x509.time_of_signing.outside_validity",
        Kind.INFORMATIONAL,
        "The time that the named person or organization states lies outside of the time of the certificate.",
    )
    CAWG_X509_OCSP_SKIPPED = (
        "cawg.x509.ocsp.skipped",
        Kind.INFORMATIONAL,
        "Whether the certificate in this statement of identity was revoked was not checked.",
    )
    CAWG_X509_OCSP_INACCESSIBLE = (
        "cawg.x509.ocsp.inaccessible",
        Kind.INFORMATIONAL,
        "The issuer could not be asked whether the certificate in this statement of identity was revoked.",
    )
    CAWG_X509_OCSP_UNKNOWN = (
        "cawg.x509.ocsp.unknown",
        Kind.INFORMATIONAL,
        "The issuer does not know whether the certificate in this statement of identity was revoked.",
    )
    # CAWG identity 1.3: failure
    CAWG_IDENTITY_CBOR_INVALID = (
        "cawg.identity.cbor.invalid",
        Kind.FAILURE,
        "This statement of identity cannot be read: its data is damaged or something in it is missing.",
    )
    CAWG_IDENTITY_ASSERTION_MISMATCH = (
        "cawg.identity.assertion.mismatch",
        Kind.FAILURE,
        "This statement of identity speaks of something that the signed credentials do not hold in that form.",
    )
    CAWG_IDENTITY_ASSERTION_DUPLICATE = (
        "cawg.identity.assertion.duplicate",
        Kind.FAILURE,
        "This statement of identity names the same statement twice.",
    )
    CAWG_IDENTITY_HARD_BINDING_MISSING = (
        "cawg.identity.hard_binding_missing",
        Kind.FAILURE,
        "This statement of identity is not tied to the content, so it could have been taken from another file.",
    )
    CAWG_IDENTITY_HARD_BINDING_INCORRECT = (
        "cawg.identity.hard_binding_incorrect",
        Kind.FAILURE,
        "This statement of identity is tied to other content than that of this file.",
    )
    CAWG_IDENTITY_SIG_TYPE_UNKNOWN = (
        "cawg.identity.sig_type.unknown",
        Kind.FAILURE,
        "This statement of identity is signed in a way that is not known here, so it was not checked.",
    )
    CAWG_IDENTITY_PAD_INVALID = "cawg.identity.pad.invalid", Kind.FAILURE, "This statement of identity hides data where only zeros belong."
    CAWG_IDENTITY_CREDENTIAL_REVOKED = (
        "cawg.identity.credential_revoked",
        Kind.FAILURE,
        "The credential behind this statement of identity had been revoked: the name must not be relied on.",
    )
    CAWG_IDENTITY_NETWORK_TRAFFIC_BLOCKED = (
        "cawg.identity.network_traffic_blocked",
        Kind.FAILURE,
        "This statement of identity can only be checked with the network, which was not allowed.",
    )
    CAWG_X509_ALGORITHM_UNSUPPORTED = (
        "cawg.x509.algorithm.unsupported",
        Kind.FAILURE,
        "This statement of identity is signed with an algorithm that is not allowed.",
    )
    CAWG_X509_CREDENTIAL_UNTRUSTED = (
        "cawg.x509.credential.untrusted",
        Kind.FAILURE,
        "The certificate in this statement of identity leads to nobody on your list: the name is not vouched for.",
    )
    CAWG_X509_SIGNATURE_MISMATCH = (
        "cawg.x509.signature.mismatch",
        Kind.FAILURE,
        "The signature of this statement of identity does not fit: it was altered, or the key is another one.",
    )
    CAWG_X509_SIGNATURE_OUTSIDE_VALIDITY = (
        "cawg.x509.signature.outside_validity",
        Kind.FAILURE,
        "The certificate in this statement of identity was not valid at that time.",
    )
    CAWG_ICA_INVALID_COSE_SIGN1 = (
        "cawg.ica.invalid_cose_sign1",
        Kind.FAILURE,
        "The credential about somebody's identity cannot be read: its signature is damaged.",
    )
    CAWG_ICA_INVALID_ALG = (
        "cawg.ica.invalid_alg",
        Kind.FAILURE,
        "The credential about somebody's identity is signed with an algorithm that is not allowed.",
    )
    CAWG_ICA_INVALID_CONTENT_TYPE = (
        "cawg.ica.invalid_content_type",
        Kind.FAILURE,
        "The credential about somebody's identity does not say that it is one.",
    )
    CAWG_ICA_INVALID_VERIFIABLE_CREDENTIAL = (
        "cawg.ica.invalid_verifiable_credential",
        Kind.FAILURE,
        "The credential about somebody's identity does not have the form that it must have.",
    )
    CAWG_ICA_INVALID_ISSUER = (
        "cawg.ica.invalid_issuer",
        Kind.FAILURE,
        "The credential about somebody's identity does not say in the right form who issued it.",
    )
    CAWG_ICA_DID_UNSUPPORTED_METHOD = (
        "cawg.ica.did_unsupported_method",
        Kind.FAILURE,
        "The issuer of the credential about somebody's identity is named in a way that is not known here.",
    )
    CAWG_ICA_DID_UNAVAILABLE = (
        "cawg.ica.did_unavailable",
        Kind.FAILURE,
        "The keys of the issuer of the credential about somebody's identity could not be had.",
    )
    CAWG_ICA_INVALID_DID_DOCUMENT = (
        "cawg.ica.invalid_did_document",
        Kind.FAILURE,
        "The document with the keys of the credential's issuer is damaged or holds no usable key.",
    )
    CAWG_ICA_UNTRUSTED_ISSUER = (
        "cawg.ica.untrusted_issuer",
        Kind.FAILURE,
        "The issuer of the credential about somebody's identity is not on your list.",
    )
    CAWG_ICA_SIGNATURE_MISMATCH = (
        "cawg.ica.signature_mismatch",
        Kind.FAILURE,
        "The signature of the credential about somebody's identity does not fit the key of its issuer.",
    )
    CAWG_ICA_TIME_STAMP_INVALID = (
        "cawg.ica.time_stamp.invalid",
        Kind.FAILURE,
        "The time-stamp of the credential about somebody's identity does not pass its check.",
    )
    CAWG_ICA_VALID_FROM_MISSING = (
        "cawg.ica.valid_from.missing",
        Kind.FAILURE,
        "The credential about somebody's identity does not say since when it is valid.",
    )
    CAWG_ICA_VALID_FROM_INVALID = "cawg.ica.valid_from.invalid", Kind.FAILURE, "The credential about somebody's identity was not valid yet."
    CAWG_ICA_VALID_UNTIL_INVALID = (
        "cawg.ica.valid_until.invalid",
        Kind.FAILURE,
        "The credential about somebody's identity was not valid any more.",
    )
    CAWG_ICA_REVOCATION_UNSUPPORTED = (
        "cawg.ica.revocation.unsupported",
        Kind.FAILURE,
        "The credential about somebody's identity can be revoked in a way that cannot be checked here.",
    )
    CAWG_ICA_REVOCATION_UNAVAILABLE = (
        "cawg.ica.revocation.unavailable",
        Kind.FAILURE,
        "Whether the credential about somebody's identity was revoked could not be found out.",
    )
    CAWG_ICA_CREDENTIAL_REVOKED = (
        "cawg.ica.credential.revoked",
        Kind.FAILURE,
        "The credential about somebody's identity had been revoked: it must not be relied on.",
    )
    CAWG_ICA_SIGNER_PAYLOAD_MISMATCH = (
        "cawg.ica.signer_payload.mismatch",
        Kind.FAILURE,
        "The credential about somebody's identity was issued for something else than this file.",
    )
    CAWG_ICA_VERIFIED_IDENTITIES_MISSING = (
        "cawg.ica.verified_identities.missing",
        Kind.FAILURE,
        "The credential about somebody's identity names no identity.",
    )
    CAWG_ICA_VERIFIED_IDENTITIES_INVALID = (
        "cawg.ica.verified_identities.invalid",
        Kind.FAILURE,
        "An identity in the credential lacks something that must be stated of it.",
    )


IDENTITY_CODES = "cawg."
"""How the codes of findings about identities begin; they speak of nothing else."""
SUCCESSORS: dict[str, str] = {
    "signingCredential.expired": StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY.value,
    "signingCredential.revoked": StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED.value,
}
"""Codes of editions before 2.2, which readers in wide use still find and record, and what the same finding is called now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One entry of a validation result."""

    code: str
    kind: Kind
    url: str | None = None
    """Absolute JUMBF URI of the box that the status is about."""
    explanation: str | None = None
    """One sentence for people: what was found here."""
    resource_url: str | None = None
    """Address of the thing outside of the store that the status is about, as its reference has it; then there is no ``url``."""

    def __hash__(self) -> int:
        """Of what differs between nearly all entries: thousands of them are sorted for a long history."""
        return hash((self.code, self.url))

    @property
    def identity(self) -> tuple[Kind, str, str | None]:
        """What makes two entries the same when results are compared: list, code and place."""
        return self.kind, self.code, self.url or self.resource_url


def kind_of(code: str) -> Kind | None:
    """The list that a code belongs to; None for a code that the standard does not have."""
    member = StatusCode._value2member_map_.get(code)
    return member.kind if isinstance(member, StatusCode) else None


def status(code: StatusCode, url: str | None = None, explanation: str | None = None, *, resource_url: str | None = None) -> Status:
    """An entry for ``code``; ``explanation`` becomes a sentence, and without one the code's own is used."""
    words = _sentence(explanation) if explanation else code.sentence
    return Status(code=code._value_, kind=code.kind, url=url, explanation=words, resource_url=resource_url)


def _sentence(words: str) -> str:
    """With a capital, unless the name of an action or assertion comes first, and with a full stop: refusals of parsers have neither."""
    is_name = "." in words.split(" ", 1)[0].rstrip(".")
    return (words if is_name else words[:1].upper() + words[1:]) + ("" if words.endswith(".") else ".")
