"""Listening to a pipeline: every call is recorded before it is made.

``pipe(...)`` finds ``__call__`` in the class, so for as long as it is listened to, the pipeline belongs to a subclass of its class that
differs in nothing else. Other pipelines of the class are not touched.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from credkit.errors import DefinitionError
from credkit.integrations.diffusers.calls import Call

__all__ = ["arguments_of", "capture", "listening"]


@contextmanager
def capture(pipe: Any, *, measure: bool = True) -> Iterator[list[Call]]:
    """``with capture(pipe) as calls: output = pipe(...)``; then ``calls[-1]`` is that call.

    ``measure`` hashes the files of the models where they are on this machine; the hashes are kept for the next time.
    """
    calls: list[Call] = []
    with listening(pipe, lambda call, _: calls.append(call), measure=measure):
        yield calls


@contextmanager
def listening(pipe: Any, heard: Callable[[Call, Any], object], *, measure: bool) -> Iterator[None]:
    """Call ``heard`` with each call and its output. ``DefinitionError`` for what cannot be listened to."""
    original = type(pipe)
    if not callable(pipe):
        raise DefinitionError(f"a {original.__name__} cannot be called, so it is no pipeline")
    plain: Callable[..., Any] = original.__call__

    @functools.wraps(plain)
    def call_and_tell(self: Any, *args: Any, **options: Any) -> Any:
        call = Call.of(self, arguments_of(plain, self, args, options), measure=measure)
        output = plain(self, *args, **options)
        heard(call, output)
        return output

    names = {
        "__call__": call_and_tell,
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
        "__doc__": original.__doc__,
    }
    try:
        object.__setattr__(pipe, "__class__", type(original.__name__, (original,), names))
    except TypeError as error:
        raise DefinitionError(
            f"a {original.__name__} cannot be listened to ({error}): say what it was given (Call.of(pipe, ...))"
        ) from None
    try:
        yield
    finally:
        object.__setattr__(pipe, "__class__", original)


def arguments_of(function: Callable[..., Any], pipe: Any, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name, defaults included; what does not fit is left for the function itself to refuse."""
    try:
        bound = inspect.signature(function).bind(pipe, *args, **options)
    except (TypeError, ValueError):
        return dict(options)
    bound.apply_defaults()
    found = dict(bound.arguments)
    found.pop(next(iter(found)), None)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found |= found.pop(parameter.name, {})
    return found
