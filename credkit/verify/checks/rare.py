"""The checks of assertions that few manifests have, each loaded where a claim lists what it is about.

What is checked is decided in the modules that are named here. Without such an assertion none of them has anything to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from credkit.manifest.labels import IDENTITY_LABEL

if TYPE_CHECKING:
    from credkit.status import Status
    from credkit.verify.context import Check, Context, Subject

__all__ = [
    "RareCheck",
    "check_cloud_data",
    "check_external_data",
    "check_external_references",
    "check_identities",
    "check_linked_resources",
    "check_representations",
    "check_session_keys",
    "check_time_stamp_assertions",
]


class RareCheck:
    """The check called ``name`` in the module ``home`` of this package, for manifests whose claim lists an assertion of ``labels``."""

    __slots__ = ("__name__", "home", "labels")

    def __init__(self, name: str, home: str, *labels: str) -> None:
        self.__name__ = name
        self.home = home
        self.labels = labels

    def __call__(self, ctx: Context, subject: Subject) -> Iterator[Status]:
        """What the check finds; nothing where it has nothing to look at."""
        return iter(()) if subject.listing.by_kind.keys().isdisjoint(self.labels) else self.check(ctx, subject)

    @property
    def check(self) -> Check:
        """The check itself."""
        found: Check = getattr(import_module(f"credkit.verify.checks.{self.home}"), self.__name__)
        return found


_CLOUD_DATA, _EXTERNAL_REFERENCE, _LINKED_RESOURCES = "c2pa.cloud-data", "c2pa.external-reference", "c2pa.linked-resource-integrity"

check_time_stamp_assertions = RareCheck("check_time_stamp_assertions", "adjuncts", "c2pa.time-stamp")
check_session_keys = RareCheck("check_session_keys", "adjuncts", "c2pa.session-keys")
check_cloud_data = RareCheck("check_cloud_data", "external", _CLOUD_DATA)
check_external_references = RareCheck("check_external_references", "external", _EXTERNAL_REFERENCE)
check_linked_resources = RareCheck("check_linked_resources", "external", _LINKED_RESOURCES)
check_representations = RareCheck("check_representations", "representation", "c2pa.alternative-content-representation")
check_identities = RareCheck("check_identities", "identity", IDENTITY_LABEL)
check_external_data = RareCheck("check_external_data", "retrieval", _CLOUD_DATA, _EXTERNAL_REFERENCE, _LINKED_RESOURCES)
