"""The middleware: which answers are held back until they were looked at, and what becomes of them.

Answers that are no pictures flow through untouched, streams included. A picture is spooled, examined in a thread, and leaves with the bytes
that the application sent. A fault while it is examined is logged and never costs a good answer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO
from urllib.parse import quote

from credkit.errors import CredkitError, DefinitionError
from credkit.integrations.asgi.answers import Answer, OnLoss
from credkit.integrations.asgi.messages import (
    App,
    Receive,
    Scope,
    Send,
    TooLargeError,
    Whole,
    in_thread,
    log,
    nothing_more,
    path_of,
    route_of,
    send_store,
    send_text,
    value_of,
    without_shortcuts,
)
from credkit.integrations.asgi.originals import Headers, Original, OriginalOf, Originals
from credkit.integrations.asgi.verdicts import Examiner, Verdict
from credkit.integrations.receiving import spool
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.policy import TrustPolicy

__all__ = ["CredentialsMiddleware"]


_NOT_FOR_ALL = (b"range", b"if-range", b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"accept-encoding")
_QUERY = "/~!$&'()*+,;=:@?%-._"
_SHARED = (b"cache-control", b"vary", b"access-control-allow-origin", b"access-control-allow-credentials", b"expires")
"""Fields that a manifest store has from its picture: who may see and keep it."""
_MANIFEST = re.compile(r"/([0-9a-f]{64})(/.*)\.c2pa", re.DOTALL)


class CredentialsMiddleware:
    """An ASGI application around another one; see the package for what it does.

    ``originals`` is the folder of the originals, ``original_of(scope, headers)`` a function (it may be asynchronous) that gives the path,
    the bytes or the ``Original`` of an answer, or None. ``on_loss``: ``refuse`` answers 502, ``original`` serves the original,
    ``warn`` logs and serves. ``manifests`` is the path below which manifest stores are served, None for nowhere (then there are no
    ``Link`` fields). ``usage`` adds ``Content-Usage`` and ``tdm-reservation`` where the application sets none. ``remembered`` is how
    many verdicts are kept.
    """

    def __init__(
        self,
        app: App,
        *,
        originals: str | Path | None = None,
        original_of: OriginalOf | None = None,
        on_loss: OnLoss = "refuse",
        manifests: str | None = "/.c2pa",
        usage: bool = True,
        trust: TrustPolicy | None = None,
        remembered: int = 1_024,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        if on_loss not in ("refuse", "original", "warn"):
            raise DefinitionError(f'"{on_loss}" is nothing that can be done about a lost manifest: refuse, original and warn are')
        self.app = app
        self.originals = Originals(folder=Path(originals) if originals is not None else None, original_of=original_of)
        self.on_loss = on_loss
        self.manifests = manifests.rstrip("/") if manifests is not None else None
        self.usage = usage
        self.limits = limits
        self._examiner = Examiner(trust=trust, remembered=remembered, limits=limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection; only HTTP is looked at."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = self._wanted_manifest(scope)
        if wanted is not None:
            await self._serve_manifest(scope, send, *wanted)
            return
        answer = Answer(self, scope, send)
        try:
            await self.app(without_shortcuts(scope), receive, answer.take)
            await answer.end()
        finally:
            answer.close()

    # Looking at a picture

    async def examine(self, scope: Scope, headers: Headers, body: IO[bytes]) -> tuple[Verdict | None, Original | None]:
        """The verdict on a body and its original; None when it cannot be had, which is logged."""
        try:
            original = await self.originals.find(scope, headers, route_of(scope))
            return await self.examine_against(original, value_of(headers, b"content-encoding"), body), original
        except Exception:
            log.exception("the picture at %s could not be looked at and is served as it is", path_of(scope))
            return None, None

    async def examine_against(self, original: Original | None, encoding: str, body: IO[bytes]) -> Verdict | None:
        """The verdict on a body whose original is known."""
        return await in_thread(lambda: self._examiner.examine(body, encoding, original))

    def fields(self, scope: Scope, headers: Headers, verdict: Verdict) -> Headers:
        """What is added to an answer with sound credentials."""
        added: Headers = []
        if verdict.store is not None and self.manifests is not None and scope["method"] in ("GET", "HEAD"):
            query = scope.get("query_string", b"").decode("latin-1")
            path = f"{scope.get('root_path', '')}{self.manifests}/{verdict.digest}{route_of(scope)}.c2pa"
            link = quote(path, safe="/~!$&'()*+,;=:@") + (f"?{quote(query, safe=_QUERY)}" if query else "")
            added.append((b"link", f'<{link}>; rel="c2pa-manifest"'.encode("ascii")))
        if self.usage:
            present = {name.lower() for name, _ in headers}
            added += [
                (name.lower().encode("ascii"), value.encode("ascii"))
                for name, value in verdict.usage
                if name.lower().encode("ascii") not in present
            ]
        return added

    async def whole(self, scope: Scope) -> Whole | None:
        """What the application answers to the same request when it is asked for all of it; None when that cannot be held."""
        asked = dict(without_shortcuts(scope))
        asked["method"] = "GET"
        asked["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in _NOT_FOR_ALL]
        found = Whole(most=self.limits.download_size)
        try:
            await self.app(asked, nothing_more(), found.take)
        except TooLargeError:
            found.close()
            log.warning("the answer at %s is too large to be looked at", path_of(scope))
            return None
        except Exception:
            found.close()
            log.exception("the application could not be asked for all of %s", path_of(scope))
            return None
        except BaseException:
            # The client has left, and the server stops waiting.
            found.close()
            raise
        if found.complete:
            return found
        found.close()
        return None

    # Manifest stores

    def _wanted_manifest(self, scope: Scope) -> tuple[str, str] | None:
        """Digest of the picture and its path, where a manifest store is asked for."""
        route = route_of(scope)
        if self.manifests is None or scope["method"] not in ("GET", "HEAD") or not route.startswith(f"{self.manifests}/"):
            return None
        found = _MANIFEST.fullmatch(route[len(self.manifests) :])
        return (found[1], found[2]) if found else None

    async def _serve_manifest(self, scope: Scope, send: Send, digest: str, route: str) -> None:
        """The application is asked for the picture with the same rights, and only the store of what it would send now is given: so nobody
        gets that of a picture that he may not see, nor of one that stands at another address.
        """
        path = scope.get("root_path", "") + route
        of_picture = {**scope, "path": path, "raw_path": quote(path, safe="/~!$&'()*+,;=:@").encode("ascii"), "method": "GET"}
        found = await self.whole(of_picture)
        if found is None:
            await send_text(scope, send, 404, "There is no such manifest store.")
            return
        try:
            verdict = await self._served(of_picture, found) if found.status == 200 else None
            store = verdict.store if verdict is not None and verdict.digest == digest else None
            if store is None:
                await send_text(scope, send, 404, "There is no such manifest store.")
                return
            shared = [(name, value) for name, value in found.headers if name.lower() in _SHARED]
        finally:
            found.close()
        await send_store(scope, send, store, shared)

    async def _served(self, scope: Scope, found: Whole) -> Verdict | None:
        """The verdict on what the client would get for this answer of the application: the picture, its original, or nothing."""
        verdict, original = await self.examine(scope, found.headers, found.body)
        if verdict is None or verdict.loss is None or self.on_loss == "warn":
            return verdict
        if self.on_loss == "refuse" or original is None:
            return None
        with spool() as body:
            try:
                await in_thread(lambda: original.copy_to(body))
                return await self.examine_against(original, "", body)
            except (OSError, CredkitError):
                log.exception("the original of %s cannot be read", path_of(scope))
                return None
