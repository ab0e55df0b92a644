"""Serve pictures without losing their credentials, in any ASGI application.

::

    from credkit.integrations.asgi import CredentialsMiddleware

    app = CredentialsMiddleware(app, originals="media")                     # or, with Starlette:
    app.add_middleware(CredentialsMiddleware, originals="media", on_loss="original")

Every picture that the application answers with is looked at before it leaves. When the original of it carries credentials and the answer
does not (a resizer dropped them), or has some that do not fit or that leave the original out, the answer is refused (502), the original is
served in its place, or a warning is logged. Pictures with credentials get ``Link: <...>; rel="c2pa-manifest"``, and the manifest store is
served at that address; what signed statements say about training and mining becomes header fields.

Which file a picture was made from, the middleware has to be told: by ``originals``, a folder in which originals lie under the paths of
their addresses, by the field ``X-Credkit-Original`` of the application's answer (a path below that folder; it does not leave the server),
or by a function ``original_of``. Of a picture without a known original nothing can be missed.
"""

from __future__ import annotations

from credkit.integrations.asgi.middleware import CredentialsMiddleware
from credkit.integrations.asgi.originals import ORIGINAL_FIELD, Original

__all__ = ["ORIGINAL_FIELD", "CredentialsMiddleware", "Original"]
