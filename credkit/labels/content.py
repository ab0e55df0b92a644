"""What one set of labels consists of, once it is known what is signed: the same facts in the words of each regime and of each place.

Decides which datum stands where; when it is written is decided in ``credkit.api.labelling``, how in ``media.xmp`` and the assertions.
``docs/labels.md`` holds the table with the clauses.
"""

from __future__ import annotations

from datetime import datetime

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.labels.aigc import AigcLabel
from credkit.labels.labels import Labels
from credkit.manifest.assertions import AiDisclosure, CawgMetadata
from credkit.manifest.assertions.source_types import SOURCE_TYPES
from credkit.media.xmp import AIGC_NAMESPACE

__all__ = ["AI_SOURCE_TYPES", "SCHEMA_NAMESPACE", "LabelContent", "manifest_number"]

AI_SOURCE_TYPES = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "trainedAlgorithmicData")
"""Short names of the source types that say that a trained model made some or all of a picture."""
SCHEMA_NAMESPACE = "https://schema.org/"
"""Of ``schema:provider``."""


def manifest_number(label: str) -> str:
    """The UUID in the label of a manifest: ``urn:c2pa:UUID`` or ``urn:c2pa:UUID:vendor``."""
    return label.removeprefix("urn:c2pa:").partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelContent:
    """The facts of one signing that labels speak of. ``DefinitionError`` when a regime asks for one that is not known."""

    labels: Labels
    manifest: str
    """Label of the manifest that is about to be signed."""
    source_type: str
    """Short name of the digital source type, one of ``AI_SOURCE_TYPES``."""
    is_new: bool
    """Whether the picture was made here; otherwise it was changed."""
    time: datetime
    """When that was, aware."""
    system: str | None = None
    system_version: str | None = None

    def __post_init__(self) -> None:
        if "ca" in self.labels.regimes and not (self.system and self.system_version):
            found = f'the name "{self.system}" is known, but not the version' if self.system else "neither is known here"
            raise DefinitionError(
                f"the label of California says which system made the picture, in which version, and {found}: "
                "say --label-system NAME/VERSION"
            )

    @property
    def is_generated(self) -> bool:
        """Whether all of the picture was generated; otherwise generated parts were put into another one."""
        return self.source_type == "trainedAlgorithmicMedia"

    @property
    def aigc(self) -> AigcLabel:
        """The Chinese label. Its number is that of the manifest, and its integrity data say which manifest protects the file."""
        return AigcLabel(
            content_producer=self.labels.producer or "", produce_id=manifest_number(self.manifest), reserved_code1=self.manifest
        )

    @property
    def time_text(self) -> str:
        """RFC 3339."""
        return self.time.isoformat().replace("+00:00", "Z")

    def xmp(self, aigc: AigcLabel | None) -> dict[str, str]:
        """Properties of ``XmpMirror``; ``aigc`` is the label that the file is to carry, which may be somebody else's."""
        found = {
            "digital_source_type": SOURCE_TYPES[self.source_type],
            "ai_system": self.system,
            "ai_system_version": self.system_version,
            "provider": self.labels.provider,
            "create_date" if self.is_new else "modify_date": self.time_text,
            "aigc": aigc.text if aigc else None,
        }
        return {name: text for name, text in found.items() if text}

    def metadata(self, aigc: AigcLabel | None) -> CawgMetadata:
        """The same, signed. It stands in an assertion of its own, apart from what names persons, so that either can be redacted alone.

        The label of somebody else is not repeated: it is not for this signer to vouch for.
        """
        extra = {
            "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPES[self.source_type],
            "xmp:CreateDate" if self.is_new else "xmp:ModifyDate": self.time_text,
        }
        context = {}
        if self.labels.provider:
            extra["schema:provider"], context["schema"] = self.labels.provider, SCHEMA_NAMESPACE
        if aigc and aigc.content_producer == self.labels.producer:
            extra["TC260:AIGC"], context["TC260"] = aigc.text, AIGC_NAMESPACE
        return CawgMetadata(ai_system=self.system, ai_system_version=self.system_version, extra=extra, context=context)

    @property
    def disclosure(self) -> AiDisclosure:
        """The disclosure, for a manifest that has none yet."""
        name = " ".join(text for text in (self.system, self.system_version) if text)
        return AiDisclosure("c2pa.types.model", name or None)
