"""How a collection names its members: relative URIs that can lead nowhere but to a member.

Clauses: "Collection data hash" (anchor ``_collection_data_hash``), "Validating a collection data hash" (anchor
``_validating_a_collection_data_hash``). ``member_uri`` writes such a URI, ``check_member_uri`` judges one, ``member_names`` tells which
member one may mean. Which members there are is known to those who hold the collection.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from credkit.errors import MalformedError

__all__ = ["check_member_uri", "member_names", "member_uri", "shown_name"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_INVALID = "assertion.collectionHash.invalidURI"
_MOST = 4_096
_SHOWN = 120


def member_uri(name: str) -> str:
    """The URI of the member called ``name``: a path with ``/`` between its parts, below the place of the manifest.

    Bytes of a file name that are no text (surrogates, as the system gives them) are kept. ``MalformedError``
    (``assertion.collectionHash.invalidURI``) for a name that no URI of a collection may have.
    """
    try:
        uri = quote(name.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=@~")
    except UnicodeEncodeError:
        raise MalformedError("the name of a member has letters that are no characters", code=_INVALID) from None
    check_member_uri(uri)
    return uri


def check_member_uri(uri: str) -> None:
    """``MalformedError`` (``assertion.collectionHash.invalidURI``) unless ``uri`` is relative and leads nowhere but down.

    Refused are ``.`` and ``..`` as parts of the path, whether percent-encoded or not, absolute paths, schemes, queries, backslashes and
    control characters. Spaces and characters beyond ASCII are read, because a program in wide use does not encode them.
    """
    if problem := _problem(uri):
        raise MalformedError(f'the URI "{shown_name(uri)}" of a member {problem}', code=_INVALID)


def _problem(uri: str) -> str:
    path = uri.partition("#")[0]
    decoded = unquote(path, errors="surrogateescape")
    if not path or len(uri) > _MOST:
        return "is empty" if not path else "is too long"
    if _SCHEME.match(path) or path.startswith("/") or decoded.startswith("/"):
        return "is not relative to the place of the manifest"
    if "?" in path:
        return "has a query"
    if "\\" in decoded or _CONTROL.search(decoded):
        return "has a backslash or a control character in it"
    if {".", ".."} & {*path.split("/"), *decoded.split("/")}:
        return 'has "." or ".." as a part, which would lead to another place'
    return ""


def member_names(uri: str) -> tuple[str, ...]:
    """The names that a member with this URI may have, the likeliest first: without fragment and percent-encoding, then as it is written.

    The second is for programs that write names as they are; who looks among names that he listed himself cannot be led astray by either.
    """
    return tuple(dict.fromkeys((unquote(uri.partition("#")[0], errors="surrogateescape"), uri)))


def shown_name(name: str) -> str:
    """A name or URI of a stranger in a message: cut, with escapes in the place of letters that cannot be seen."""
    text = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in name[:_SHOWN])
    return text if len(name) <= _SHOWN else f"{text}..."
