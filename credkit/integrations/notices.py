"""The warning that all hooks share, so that one filter of ``warnings`` is enough for them."""

from __future__ import annotations

__all__ = ["CredentialsWarning"]


class CredentialsWarning(UserWarning):
    """There is something to know about the credentials of a picture: its parent fails verification, or a policy does not accept it."""
