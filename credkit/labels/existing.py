"""A picture that carries a Chinese label already: what becomes of it when another one is asked for.

The rule is Article 10 of the Measures: nobody alters, forges or removes a label. So the production information of somebody else stays
letter by letter; what may be added is propagation information, as Article 6 has it, where that place is free. Only the producer himself
renews his own label, because a new version is new content with a number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from credkit.errors import DefinitionError
from credkit.labels.aigc import AIGC_KEYS, AigcLabel, AigcReading
from credkit.labels.marks import FoundLabel

__all__ = ["settled_label"]


def settled_label(existing: Sequence[FoundLabel], ours: AigcLabel) -> tuple[AigcLabel | None, tuple[str, ...]]:
    """The label that the file is to carry in XMP (None: what is there stays as it is), and sentences for people.

    ``DefinitionError`` when there is a label that cannot be merged with: one that cannot be read, one that breaks the form of the standard,
    or several that contradict each other.
    """
    if not existing:
        return ours, ()
    is_own = all(found.reading.value("ContentProducer") == ours.content_producer for found in existing)
    if is_own and all(found.standing == "standard" for found in existing):
        return _renewed(existing[0].reading, ours), ()
    first = _agreeing(existing)
    if is_own:
        elsewhere = next(found.place for found in existing if found.standing != "standard")
        return first, (f"The picture carries your Chinese label in {elsewhere}, where it cannot be renewed; its number was kept.",)
    name = first.content_producer
    if first.content_propagator or first.propagate_id:
        return None, (f'The picture carries the Chinese label of "{name}" with propagation information already; it was left as it is.',)
    note = f'The picture carries the Chinese label of "{name}"; it was kept, and your information was added as that of its propagator.'
    return first.carried_on(ours.content_producer, ours.produce_id, ours.reserved_code1), (note,)


def _renewed(first: AigcReading, ours: AigcLabel) -> AigcLabel:
    """The producer's own label, also one that has to be mended; what a propagator added stays."""
    return ours.carried_on(*(first.value(key) for key in AIGC_KEYS[4:]))


def _agreeing(existing: Sequence[FoundLabel]) -> AigcLabel:
    labels = []
    for found in existing:
        label = found.reading.label
        if label is None:
            fault = found.reading.faults[0].words if found.reading.faults else "Label, ContentProducer or ProduceID is empty"
            raise DefinitionError(
                f"the picture carries a Chinese label in {found.place} that cannot be carried on, since {fault}, and nobody may replace a "
                "label: have its producer mend it, or sign without cn"
            )
        labels.append(label)
    if any(label.values[:3] != labels[0].values[:3] for label in labels):
        places = " and ".join(found.place for found in existing[:2])
        raise DefinitionError(
            f"the picture carries Chinese labels that contradict each other, in {places}, and nobody may replace a label: sign without cn"
        )
    return labels[0]
