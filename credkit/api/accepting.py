"""``judge_file``: verify a file and hold it against an acceptance policy, in one step and with one reading of the file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from credkit.api.fragments import open_fragments
from credkit.api.reading import download, is_address, name_of, open_with_sidecar
from credkit.assets import Asset
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, verify

if TYPE_CHECKING:
    from credkit.acceptance import AcceptancePolicy, Judgement

__all__ = ["judge_file"]


def judge_file(
    asset: Asset,
    policy: AcceptancePolicy,
    *,
    sidecar: Asset | None = None,
    fragments: Iterable[str | os.PathLike[str]] = (),
    trust: TrustPolicy | None = None,
    at: datetime | None = None,
    profile: Profile | str = Profile.V2_4,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Fetcher | None = None,
    links: tuple[str, ...] = (),
    url: str | None = None,
    name: str | None = None,
) -> Judgement:
    """Verify ``asset`` (path, bytes, seekable stream, with a ``fetcher`` an https address) and judge it by ``policy``.

    ``trust`` says whom to trust; without it the lists of the policy do. ``links`` are values of the HTTP field ``Link`` that came with the
    bytes from ``url``. Other options as for ``verify_file``; the report is ``judgement.report``.

    Raises ``AssetError`` only when the file cannot be read at all.
    """
    from credkit.acceptance import judge

    answer = download(asset, fetcher, limits) if isinstance(asset, str) and is_address(asset) else None
    if answer is not None:
        links, url = (answer.headers.get("link", ""),), answer.url
    with open_with_sidecar(answer.body if answer else asset, sidecar) as (source, beside):
        report = verify(
            source,
            sidecar=beside,
            fragments=open_fragments(fragments),
            policy=trust if trust is not None else policy.trust,
            at=at,
            profile=Profile(profile),
            limits=limits,
            fetcher=fetcher,
            links=links,
            url=url,
            name=name_of(asset) if name is None else name,
        )
        return judge(report, policy, source=source, limits=limits)
