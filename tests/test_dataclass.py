"""Our ``dataclass`` beside the original: the same definitions, the same behaviour."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import pickle
import sys
import types
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit import dataclass as ours
from credkit.dataclass import dataclass, replace
from tests.no_network import ROOT, run_offline

BOTH = pytest.mark.parametrize("library", [ours, dataclasses], ids=["ours", "original"])
DEFINITIONS = '''
from __future__ import annotations
from typing import ClassVar, Generic, TypeVar

_T = TypeVar("_T")

@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Two fields."""
    name: str
    count: int = 3

@dataclass(frozen=True, slots=True)
class Mixed:
    kind: ClassVar[str] = "mixed"
    first: int
    second: list[int] = field(default_factory=list, repr=False)
    _: KW_ONLY
    third: str = "x"
    fourth: float

@dataclass(frozen=True, slots=True)
class Child(Mixed):
    first: int
    fifth: int = 5

@dataclass(slots=True)
class Open(Generic[_T]):
    item: _T
    seen: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    mark: int = field(default=7, init=False)
    late: str = field(init=False)

    def __post_init__(self) -> None:
        self.late = f"late {self.item}"

@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    major: int
    minor: int = 0

@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ByIdentity:
    x: int

@dataclass(frozen=True, kw_only=True)
class WithDict:
    x: int = 1
    y: tuple[int, ...] = field(default=(), repr=False)

@dataclass(frozen=True, slots=True)
class Own:
    x: int
    def __eq__(self, other): return isinstance(other, Own)
    def __repr__(self): return "own"

@dataclass(frozen=True, slots=True)
class Empty:
    pass

@dataclass
class Bare:
    x: int
'''


def definitions(library: Any) -> types.ModuleType:
    """The classes above, made by ``library``, in a module of their own."""
    name = f"definitions_of_{library.__name__.replace('.', '_')}"
    if name not in sys.modules:
        module = sys.modules[name] = types.ModuleType(name)
        for item in ("dataclass", "field", "KW_ONLY"):
            setattr(module, item, getattr(library, item))
        exec(compile(DEFINITIONS, name, "exec"), module.__dict__)
    return sys.modules[name]


def makers(there: types.ModuleType) -> dict[str, Any]:
    return {
        "plain": lambda: there.Plain(name="a"),
        "plain with all": lambda: there.Plain(count=4, name="b"),
        "mixed": lambda: there.Mixed(1, fourth=2.0),
        "mixed with all": lambda: there.Mixed(1, [2], third="y", fourth=2.0),
        "child": lambda: there.Child(1, [4], fourth=0.5),
        "open": lambda: there.Open("i"),
        "open of a type": lambda: there.Open[int](4),
        "ordered": lambda: there.Ordered(1, 2),
        "with dict": lambda: there.WithDict(y=(3,)),
        "own": lambda: there.Own(1),
        "empty": there.Empty,
        "bare": lambda: there.Bare(1),
        # What is wrong is refused alike.
        "lacking": there.Plain,
        "unknown": lambda: there.Plain(name="a", colour=1),
        "by position": lambda: there.Plain("a"),
        "twice": lambda: there.Mixed(1, first=2, fourth=1.0),
        "not in the constructor": lambda: there.Open("i", mark=3),
    }


def answer(make: Any) -> Any:
    """What an attempt shows, or the kind and words of its refusal."""
    try:
        made = make()
    except Exception as error:
        return type(error).__name__, str(error)
    return repr(made), [
        getattr(made, name, None) for name in ("name", "count", "first", "second", "third", "fourth", "fifth", "item", "late")
    ]


@pytest.mark.parametrize("name", makers(definitions(ours)))
def test_made_alike(name: str) -> None:
    assert answer(makers(definitions(ours))[name]) == answer(makers(definitions(dataclasses))[name])


@pytest.mark.parametrize("many", [0, 10**6], ids=["written", "filled"])
def test_made_alike_again_and_again(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "_MANY", many)
    sys.modules.pop(definitions(ours).__name__)
    there, original = makers(definitions(ours)), makers(definitions(dataclasses))
    for _ in range(8):
        assert {name: answer(make) for name, make in there.items()} == {name: answer(make) for name, make in original.items()}
    assert isinstance(definitions(ours).Plain.__dict__["__init__"], types.FunctionType) == (many == 0)


def facts(kind: Any) -> dict[str, Any]:
    found = {
        "signature": str(inspect.signature(kind)),
        "match": kind.__match_args__,
        "slots": kind.__dict__.get("__slots__"),
        "name": (kind.__qualname__, kind.__init__.__qualname__, kind.__module__ == kind.__init__.__module__),
        "hashable": kind.__hash__ is not None,
        "dict": "__dict__" in dir(kind),
        "fields": [
            (one.name, one.type, one.default, one.init, one.repr, one.compare, bool(one.kw_only))
            for one in dataclasses.fields(kind)
            if one.default_factory is dataclasses.MISSING
        ],
        "hints": {name: str(value) for name, value in typing.get_type_hints(kind.__init__).items()},
        "own": sorted(name for name in ("__eq__", "__repr__", "__lt__", "__setattr__", "__getstate__") if name in kind.__dict__),
    }
    return {key: str(value).replace(definitions(dataclasses).__name__, definitions(ours).__name__) for key, value in found.items()}


CLASSES = [node.name for node in ast.parse(DEFINITIONS).body if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("name", CLASSES)
def test_classes_alike(name: str) -> None:
    assert facts(getattr(definitions(ours), name)) == facts(getattr(definitions(dataclasses), name))


def test_parameters_alike_and_pprint() -> None:
    import pprint

    made, original = definitions(ours), definitions(dataclasses)
    for name in ("Plain", "Open", "Ordered", "ByIdentity", "WithDict"):
        flags = getattr(original, name).__dataclass_params__
        for word in ("init", "repr", "eq", "order", "unsafe_hash", "frozen"):
            assert getattr(getattr(made, name).__dataclass_params__, word) == getattr(flags, word), (name, word)
    assert pprint.pformat(made.Plain(name="x")) == repr(made.Plain(name="x"))


@BOTH
def test_equality_hash_and_order(library: Any) -> None:
    there = definitions(library)
    assert there.Plain(name="a") == there.Plain(name="a", count=3) != there.Plain(name="b")
    assert len({there.Plain(name="a"), there.Plain(name="a"), there.Plain(name="b"), there.Empty(), there.Empty()}) == 3
    assert there.Mixed(1, fourth=1.0) != there.Child(1, fourth=1.0)
    assert there.Plain(name="a") != "a"
    assert there.ByIdentity(1) != there.ByIdentity(1)
    assert there.Own(1) == there.Own(2)
    one, other = there.Open("i"), there.Open("i")
    one.seen["x"] = 1
    assert one == other
    assert sorted([there.Ordered(2), there.Ordered(1, 9), there.Ordered(1)]) == [there.Ordered(1), there.Ordered(1, 9), there.Ordered(2)]
    assert there.Ordered(1) <= there.Ordered(1) >= there.Ordered(0)
    with pytest.raises(TypeError):
        there.Ordered(1) < there.Plain(name="a")  # noqa: B015
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


@BOTH
def test_frozen(library: Any) -> None:
    there = definitions(library)
    for made, name in [(there.Plain(name="a"), "name"), (there.WithDict(), "x"), (there.Child(1, fourth=1.0), "second")]:
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(made, name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(made, name)
    mutable = there.Bare(1)
    mutable.x = mutable.colour = 2
    assert (mutable.x, mutable.colour) == (2, 2)
    with pytest.raises(AttributeError):
        there.Open(1).colour = 1


@BOTH
def test_what_the_standard_library_offers(library: Any) -> None:
    there = definitions(library)
    made = there.Child(1, [2], fourth=2.0)
    assert dataclasses.is_dataclass(made)
    assert dataclasses.is_dataclass(there.Child)
    assert dataclasses.asdict(made) == {"first": 1, "second": [2], "third": "x", "fourth": 2.0, "fifth": 5}
    assert dataclasses.astuple(there.Plain(name="a")) == ("a", 3)
    assert dataclasses.replace(made, fifth=6).fifth == 6
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == copy.deepcopy(made) == made
    again = pickle.loads(pickle.dumps(there.Open("i")))
    assert (again.item, again.late, again.mark) == ("i", "late i", 7)
    match there.Mixed(1, [2], fourth=3.0):
        case there.Mixed(first, second):
            assert (first, second) == (1, [2])


def test_fields_are_built_once() -> None:
    @dataclass(frozen=True, slots=True)
    class Parent:
        a: int = 1

    class ByHand(Parent):
        pass

    @dataclass(frozen=True, slots=True)
    class Child(Parent):
        b: int = 2

    for kind, names in ((ByHand, ["a"]), (Parent, ["a"]), (Child, ["a", "b"])):
        assert [item.name for item in dataclasses.fields(kind)] == names
        assert dataclasses.fields(kind)[0] is dataclasses.fields(kind())[0]


def test_replace() -> None:
    there = definitions(ours)
    assert replace(there.Mixed(1, [2], fourth=2.0), third="z") == there.Mixed(1, [2], third="z", fourth=2.0)
    assert replace(there.Open("i"), item="k").late == "late k"
    with pytest.raises(ValueError, match="mark is declared with init=False"):
        replace(there.Open("i"), mark=1)
    with pytest.raises(TypeError, match="colour"):
        replace(there.Plain(name="a"), colour=1)


def test_a_factory_is_asked_for_each_instance() -> None:
    there = definitions(ours)
    assert there.Mixed(1, fourth=1.0).second is not there.Mixed(1, fourth=1.0).second
    assert there.Open(1).seen is not there.Open(1).seen


def test_a_tree_that_holds_itself_is_shown() -> None:
    there = definitions(ours)
    made = there.Open(1)
    made.item = made
    assert repr(made) == "Open(item=..., mark=7, late='late 1')"


@dataclass(frozen=True, slots=True)
class Parent:
    """A class whose child is filled first."""

    x: int
    y: int = 1


class Hand(Parent):
    """A child that is no dataclass and calls its parent's constructor."""

    __slots__ = ()

    def __init__(self) -> None:
        Parent.__init__(self, 4)


def test_a_child_by_hand_fills_its_parent() -> None:
    assert (Hand().x, Hand().y, Parent(2).x) == (4, 1, 2)
    assert isinstance(Parent.__dict__["__init__"], types.FunctionType)


values = st.one_of(st.none(), st.integers(), st.text(max_size=4), st.tuples(st.integers()))


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.sampled_from(("one", "two", "_three", "four_", "name", "value", "kind", "instance")), unique=True, max_size=6),
    given_values=st.lists(values, min_size=6, max_size=6),
    defaults=st.integers(0, 6),
    flags=st.fixed_dictionaries({name: st.booleans() for name in ("frozen", "slots", "kw_only", "eq", "repr")}),
    hidden=st.sets(st.integers(0, 5)),
)
def test_any_class_alike(names: list[str], given_values: list[Any], defaults: int, flags: dict[str, bool], hidden: set[int]) -> None:
    def made(library: Any) -> Any:
        content: dict[str, Any] = {"__annotations__": dict.fromkeys(names, "object"), "__module__": __name__, "__qualname__": "Any"}
        for position, name in enumerate(names):
            if position >= defaults:
                content[name] = library.field(default=position, repr=position not in hidden, compare=position not in hidden)
        return library.dataclass(**flags)(type("Any", (), content))

    one, other = made(ours), made(dataclasses)
    full = dict(zip(names, given_values, strict=False))
    for arguments in (full, dict(list(full.items())[:defaults])):
        # Without a repr the address is shown, which differs.
        if flags["repr"]:
            assert repr(one(**arguments)) == repr(other(**arguments))
        assert (one(**arguments) == one(**full)) == (other(**arguments) == other(**full))
        assert [getattr(one(**arguments), name) for name in names] == [getattr(other(**arguments), name) for name in names]
    assert inspect.signature(one).parameters.keys() == inspect.signature(other).parameters.keys()
    assert (one.__hash__ is None) == (other.__hash__ is None)


def test_nobody_imports_the_original() -> None:
    """A class of the original costs half a millisecond at every start; its functions on classes may be used."""
    made = {"dataclass", "field", "make_dataclass", "KW_ONLY", "replace"}
    found = [
        f"{path.relative_to(ROOT)}: {alias.name}"
        for path in sorted(Path(ROOT / "credkit").rglob("*.py"))
        if path != ROOT / "credkit" / "dataclass.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (isinstance(node, ast.ImportFrom) and node.module == "dataclasses" and alias.name in made)
        or (isinstance(node, ast.Import) and alias.name == "dataclasses")
    ]
    assert not found, f"take these from credkit.dataclass: {found}"


def test_neither_the_original_nor_inspect_is_loaded() -> None:
    code = "import sys, credkit.limits as l; l.Limits(); print(sorted({'dataclasses', 'inspect'} & set(sys.modules)))"
    assert run_offline(code).stdout == "[]\n"
