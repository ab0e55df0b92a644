"""``dataclass`` of the standard library, made without its cost at start.

The original writes and compiles up to seven methods for every class when its module is imported, half a millisecond each, and loads
``inspect`` for it; a process that verifies one small file meets a hundred classes and makes one or two instances of some fifty. Here a
constructor is written when a class has several instances in a process that makes many, and all other methods are shared. What a class is
and does stays as documented there: fields, inheritance, ``frozen``, ``slots``, ``kw_only``, ``order``, ``__post_init__``, and ``fields``,
``asdict``, ``is_dataclass`` of the standard library take these classes for their own. Left out is what this package has no use for
(``unsafe_hash``, ``InitVar``, ``metadata``) and what its linters find earlier (mutable defaults). Type checkers see the original.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from operator import attrgetter
from reprlib import recursive_repr
from types import FunctionType, MemberDescriptorType, SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from dataclasses import KW_ONLY, dataclass, field, replace
    from typing import Any

    _Step = tuple[str, Callable[[Any, Any], None], Any, Callable[[], Any] | None]

__all__ = ["KW_ONLY", "dataclass", "field", "replace"]

_SHAPE = "__shape__"
_FEW = 4
"""Instances of every class that are filled field by field."""
_MANY = 300
"""Further instances, of all classes together, that are filled so as well. To write one constructor takes as long as to fill a hundred, and
a process that verifies one small file makes fewer than this."""
_further = count()
_set = object.__setattr__


class _Absent:
    def __repr__(self) -> str:
        return "<factory>"


_ABSENT = _Absent()


class _Field:
    """What is known about one field."""

    __slots__ = ("annotation", "compare", "default", "factory", "init", "kw_only", "name", "repr")
    name: str
    annotation: Any

    def __init__(
        self,
        *,
        default: Any = _ABSENT,
        default_factory: Any = None,
        init: bool = True,
        repr: bool = True,  # noqa: A002
        compare: bool = True,
        kw_only: bool | None = None,
    ) -> None:
        self.default = default
        self.factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare
        self.kw_only = kw_only

    @property
    def required(self) -> bool:
        return self.default is _ABSENT and self.factory is None


class _Constructor:
    """Stands where ``__init__`` will be. It fills the first instances field by field, for most classes have no more; then it is written."""

    __slots__ = ("instances", "kind", "steps")
    kind: type

    def __init__(self) -> None:
        self.instances = 0
        self.steps: tuple[_Step, ...] | None = None

    def __set_name__(self, owner: type, _name: str) -> None:
        self.kind = owner

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is not None and (self.instances < _FEW or next(_further) < _MANY):
            self.instances += 1
            if self.steps is None:
                self.steps = tuple(_steps(self.kind))
            return partial(_fill, instance, self.kind, self.steps)
        # Another thread may write it meanwhile; either is as good.
        written = _constructor(self.kind)
        setattr(self.kind, "__init__", written)  # noqa: B010
        return written if instance is None else written.__get__(instance)


def _steps(kind: type) -> Iterator[_Step]:
    """For each field the name of its argument, what puts a value there, its default and its factory."""
    frozen = _is_frozen(kind)
    shape: tuple[_Field, ...] = getattr(kind, _SHAPE)
    for item in shape:
        if item.init or not item.required:
            slot = _slot(kind, item.name) if frozen else None
            assign = slot.__set__ if slot else partial(_assign, _set if frozen else setattr, item.name)
            # No argument has an empty name: what is not in the constructor gets its default.
            yield item.name if item.init else "", assign, item.default, item.factory


def _assign(assign: Callable[[Any, str, Any], None], name: str, instance: Any, value: Any) -> None:
    assign(instance, name, value)


def _fill(instance: Any, kind: type, steps: tuple[_Step, ...], /, *by_position: Any, **by_name: Any) -> None:
    """Do what the constructor of ``kind`` would do; arguments that do not fit are left to it, which says what is wrong with them."""
    rest = by_name.copy()
    if by_position:
        shape: tuple[_Field, ...] = getattr(kind, _SHAPE)
        rest.update(zip([item.name for item in shape if item.init and not item.kw_only], by_position, strict=False))
    fit = len(rest) == len(by_name) + len(by_position)
    for name, assign, default, factory in steps:
        value = rest.pop(name, default)
        if value is _ABSENT:
            if factory is None:
                fit = False
                break
            value = factory()
        assign(instance, value)
    if rest or not fit:
        _constructor(kind)(instance, *by_position, **by_name)
    elif hasattr(instance, "__post_init__"):
        instance.__post_init__()


def _slot(kind: type, name: str) -> MemberDescriptorType | None:
    found = getattr(kind, name, None)
    return found if isinstance(found, MemberDescriptorType) else None


def _is_frozen(kind: type) -> bool:
    return any(base.__dict__.get("__setattr__") is _refuse_setting for base in kind.__mro__)


class _Fields:
    """Stands where ``__dataclass_fields__`` will be once somebody looks at the class with the functions of the standard library."""

    def __get__(self, instance: object, owner: type) -> Mapping[str, Any]:
        import dataclasses

        twin = dataclasses.make_dataclass(
            owner.__name__, [(item.name, item.annotation, _original(item)) for item in getattr(owner, _SHAPE)]
        )
        found: Mapping[str, Any] = vars(twin)["__dataclass_fields__"]
        # Another thread may build them meanwhile; either are as good.
        setattr(owner, "__dataclass_fields__", found)  # noqa: B010
        return found


class _Parameters:
    """Stands where ``__dataclass_params__`` will be, which ``pprint`` looks at."""

    def __get__(self, instance: object, owner: type) -> Any:
        ours = {"repr": _repr, "eq": _eq, "order": _lt, "frozen": _refuse_setting}
        names = {"repr": "__repr__", "eq": "__eq__", "order": "__lt__", "frozen": "__setattr__"}
        found = {word: getattr(owner, name) is ours[word] for word, name in names.items()}
        return SimpleNamespace(init=True, unsafe_hash=False, **found)


def _original(item: _Field) -> Any:
    import dataclasses

    default = {} if item.default is _ABSENT else {"default": item.default}
    factory = {} if item.factory is None else {"default_factory": item.factory}
    return dataclasses.field(init=item.init, repr=item.repr, compare=item.compare, kw_only=bool(item.kw_only), **default, **factory)


def _constructor(kind: type) -> FunctionType:
    """``__init__`` of a class: the arguments by position, those by name, then an assignment for each field."""
    shape: tuple[_Field, ...] = getattr(kind, _SHAPE)
    by_position = [item for item in shape if item.init and not item.kw_only]
    by_name = [item for item in shape if item.init and item.kw_only]
    arguments = ["self", *map(_argument, by_position), *(["*", *map(_argument, by_name)] if by_name else [])]
    frozen = _is_frozen(kind)
    slots = {item.name: slot for item in shape if frozen and (slot := _slot(kind, item.name))}
    lines = []
    for item in shape:
        if value := _value(item):
            # A slot is filled directly: to look for it by name takes longer than the rest of the constructor.
            fill = f"_fill_{item.name}(self, {value})" if item.name in slots else f"_set(self, {item.name!r}, {value})"
            lines.append(fill if frozen else f"self.{item.name} = {value}")
    if hasattr(kind, "__post_init__"):
        lines.append("self.__post_init__()")
    given = {"_set": _set, "_absent": _ABSENT} | {f"_of_{item.name}": item.factory or item.default for item in shape if not item.required}
    given |= {f"_fill_{name}": slot.__set__ for name, slot in slots.items()}
    body = "\n  ".join(lines or ["pass"])
    text = f"def _make({', '.join(given)}):\n def __init__({', '.join(arguments)}):\n  {body}\n return __init__"
    made: dict[str, Any] = {}
    # Compiled apart: an interrupt inside of an exec of text ends the process by the signal in the end, whoever has caught it.
    exec(compile(text, f"<constructor of {kind.__qualname__}>", "exec"), _globals_of(kind), made)  # noqa: S102
    constructor: FunctionType = made["_make"](**given)
    constructor.__qualname__ = f"{kind.__qualname__}.__init__"
    constructor.__annotations__ = {item.name: item.annotation for item in by_position + by_name} | {"return": None}
    return constructor


def _globals_of(kind: type) -> dict[str, Any]:
    import sys

    # Annotations are resolved in the module of the class.
    module = sys.modules.get(kind.__module__)
    return module.__dict__ if module else {}


def _argument(item: _Field) -> str:
    if item.required:
        return item.name
    return f"{item.name}={'_absent' if item.factory else f'_of_{item.name}'}"


def _value(item: _Field) -> str:
    """What a field is filled with; nothing where ``__post_init__`` fills it."""
    if not item.init:
        return "" if item.required else f"_of_{item.name}{'()' if item.factory else ''}"
    return f"_of_{item.name}() if {item.name} is _absent else {item.name}" if item.factory else item.name


@recursive_repr("...")
def _repr(self: Any) -> str:
    shown = ", ".join(f"{item.name}={getattr(self, item.name)!r}" for item in getattr(self, _SHAPE) if item.repr)
    return f"{self.__class__.__qualname__}({shown})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is self.__class__:
        return self.__compared__(self) == self.__compared__(other)
    return NotImplemented


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _lt(self: Any, other: Any) -> Any:
    return self.__compared__(self) < self.__compared__(other) if other.__class__ is self.__class__ else NotImplemented


def _le(self: Any, other: Any) -> Any:
    return self.__compared__(self) <= self.__compared__(other) if other.__class__ is self.__class__ else NotImplemented


def _gt(self: Any, other: Any) -> Any:
    return self.__compared__(self) > self.__compared__(other) if other.__class__ is self.__class__ else NotImplemented


def _ge(self: Any, other: Any) -> Any:
    return self.__compared__(self) >= self.__compared__(other) if other.__class__ is self.__class__ else NotImplemented


def _refuse_setting(_self: Any, name: str, _value: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(_self: Any, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, item.name) for item in getattr(self, _SHAPE)]


def _set_state(self: Any, state: list[Any]) -> None:
    for item, value in zip(getattr(self, _SHAPE), state, strict=True):
        _set(self, item.name, value)


_FIELDS, _PARAMETERS = _Fields(), _Parameters()
_ORDER = {"__lt__": _lt, "__le__": _le, "__gt__": _gt, "__ge__": _ge}


def _replace(instance: Any, /, **changes: Any) -> Any:
    for item in getattr(instance, _SHAPE):
        if not item.init:
            if item.name in changes:
                raise ValueError(f"field {item.name} is declared with init=False, it cannot be specified with replace()")
        elif item.name not in changes:
            changes[item.name] = getattr(instance, item.name)
    return instance.__class__(**changes)


def _dataclass(
    cls: type | None = None,
    /,
    *,
    frozen: bool = False,
    slots: bool = False,
    kw_only: bool = False,
    eq: bool = True,
    repr: bool = True,  # noqa: A002
    order: bool = False,
) -> Any:
    def decorate(kind: type) -> type:
        own = {item.name: item for item in _own_fields(kind, kw_only=kw_only)}
        shape = tuple((_inherited(kind) | own).values())
        methods = _methods(kind, shape, frozen=frozen, eq=eq, repr=repr, order=order)
        if frozen and slots:
            methods |= {"__getstate__": _get_state, "__setstate__": _set_state}
        return _with_slots(kind, tuple(own), methods) if slots else _with_methods(kind, own, methods)

    return decorate if cls is None else decorate(cls)


def _inherited(kind: type) -> dict[str, _Field]:
    return {item.name: item for base in reversed(kind.__mro__[1:]) for item in base.__dict__.get(_SHAPE, ())}


def _own_fields(kind: type, *, kw_only: bool) -> Iterator[_Field]:
    there = kind.__dict__
    for name, annotation in there.get("__annotations__", {}).items():
        if annotation == "KW_ONLY":
            kw_only = True
        elif not annotation.startswith("ClassVar"):
            found = there.get(name, _ABSENT)
            item = found if isinstance(found, _Field) else _Field(default=found)
            item.name, item.annotation = name, annotation
            item.kw_only = kw_only if item.kw_only is None else item.kw_only
            yield item


def _methods(kind: type, shape: tuple[_Field, ...], *, frozen: bool, eq: bool, repr: bool, order: bool) -> dict[str, Any]:  # noqa: A002
    """What the class gets and does not define itself, beside what is only for the eyes of this module."""
    compared = [item.name for item in shape if item.compare]
    methods: dict[str, Any] = {"__init__": _Constructor(), "__replace__": _replace}
    methods["__match_args__"] = tuple(item.name for item in shape if item.init and not item.kw_only)
    if repr:
        methods["__repr__"] = _repr
    if eq:
        methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
    if order:
        methods |= _ORDER
    if frozen:
        methods |= {"__setattr__": _refuse_setting, "__delattr__": _refuse_deleting}
    there = kind.__dict__
    # A class with an __eq__ of its own gets the entry __hash__ = None from Python itself.
    missing = {name: value for name, value in methods.items() if name not in there or (name == "__hash__" and there[name] is None)}
    seen = {"__dataclass_fields__": _FIELDS, "__dataclass_params__": _PARAMETERS}
    return missing | seen | {_SHAPE: shape, "__compared__": attrgetter(*compared or ("__class__",))}


def _with_slots(kind: type, names: tuple[str, ...], methods: Mapping[str, Any]) -> type:
    """The class again with slots, which Python gives a class only when it is made."""
    taken = {slot for base in kind.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    content = {name: value for name, value in kind.__dict__.items() if name not in names and name not in ("__dict__", "__weakref__")}
    content |= {**methods, "__slots__": tuple(name for name in names if name not in taken), "__qualname__": kind.__qualname__}
    return type(kind)(kind.__name__, kind.__bases__, content)


def _with_methods(kind: type, own: Mapping[str, _Field], methods: Mapping[str, Any]) -> type:
    for name, item in own.items():
        if item.default is not _ABSENT:
            setattr(kind, name, item.default)
        elif name in kind.__dict__:
            delattr(kind, name)
    for name, value in methods.items():
        setattr(kind, name, value)
        if isinstance(value, _Constructor):
            value.__set_name__(kind, name)
    return kind


if not TYPE_CHECKING:

    class KW_ONLY:  # noqa: N801
        """Fields after an annotation with this are given by name."""

    dataclass: Callable[..., Any] = _dataclass
    field = _Field
    replace = _replace
