"""The rules for actions (anchor ``_c2pa_actions_validation``), each kept and broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.forge.files import signed, standard
from tests.forge.manifests import CREATED, Assertion, Manifest, Ref, actions, ingredient, thumbnail
from tests.verify.case import Case, case

MALFORMED = "assertion.action.malformed"
INGREDIENT = "assertion.action.ingredientMismatch"
REDACTION = "assertion.action.redactionMismatch"
SOFT = "assertion.action.softBindingMissing"
MISSING = "hashedURI.missing"
NOWHERE = {"url": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3__9", "hash": bytes(32)}
PARENT = ingredient()
PART = ingredient(relationship="componentOf", label="c2pa.ingredient.v3__1")
SOFT_BINDING = Assertion("c2pa.soft-binding", {"alg": "org.test"})
ICON = thumbnail("c2pa.icon")
NOTE = Assertion("org.test.note", {"text": "a note"})


def action(name: str, *refs: Any, **fields: Any) -> dict[str, Any]:
    """An action of that name, with references to ingredients where any are given."""
    return {"action": name} | ({"parameters": {"ingredients": list(refs)}} if refs else {}) | fields


def done(
    *items: dict[str, Any], more: tuple[Assertion, ...] = (), options: dict[str, Any] | None = None, **fields: Any
) -> Callable[[], bytes]:
    """Something was created, then this was done to it; ``options`` are fields of the recipe, ``fields`` those of the assertion."""
    return lambda: signed(standard(*more, first=actions(CREATED, *items, **fields), **(options or {})))


def begun(*items: dict[str, Any], more: tuple[Assertion, ...] = (PARENT,), version: int = 2, **options: Any) -> Callable[[], bytes]:
    """These actions and nothing before them."""
    return lambda: signed(standard(*more, first=actions(*items, version=version), **options))


def related(*refs: Any, more: tuple[Assertion, ...] = (NOTE,)) -> Callable[[], bytes]:
    return done({"action": "c2pa.edited", "parameters": {"relatedAssertions": list(refs)}}, more=more)


def parent_manifest() -> Manifest:
    return standard(ingredient(relationship="componentOf"), ICON, name="parent").build()


def over_parent(make: Callable[[Manifest], dict[str, Any]], **options: Any) -> Callable[[], bytes]:
    """A parent that has a component itself is opened, and then something is done that refers to the parent's manifest."""

    def build() -> bytes:
        parent = parent_manifest()
        first = actions(action("c2pa.opened", Ref("c2pa.ingredient.v3")), make(parent))
        return signed(standard(ingredient(parent), first=first, **options), parent)

    return build


def second(*items: dict[str, Any], place: str = "created") -> tuple[Assertion, ...]:
    return (actions(*items, label="c2pa.actions.v2__1", place=place),)


THEIRS = "c2pa.ingredient.v3"
HERE = Ref("c2pa.ingredient.v3")
HERE_1 = Ref("c2pa.ingredient.v3__1")
WATERMARK = {"action": "c2pa.watermarked"}
BOUND = {"action": "c2pa.watermarked.bound"}

CASES: tuple[Case, ...] = (
    # 1: there is a list of actions.
    case("no list of actions", lambda: signed(standard(Assertion("c2pa.actions.v2__1", {}))), MALFORMED),
    case("actions is a map", lambda: signed(standard(Assertion("c2pa.actions.v2__1", {"actions": {}}))), MALFORMED),
    case("a list of actions alone", lambda: signed(standard(Assertion("c2pa.actions.v2__1", [{"action": "c2pa.edited"}]))), MALFORMED),
    case("actions is a text", lambda: signed(standard(Assertion("c2pa.actions.v2__1", {"actions": "c2pa.edited"}))), MALFORMED),
    case("an action is a text", lambda: signed(standard(Assertion("c2pa.actions.v2__1", {"actions": ["c2pa.edited"]}))), MALFORMED),
    case("an action without a name", lambda: signed(standard(Assertion("c2pa.actions.v2__1", {"actions": [{}]}))), MALFORMED),
    case("an unknown action", done({"action": "org.test.blurred"})),
    # 2: one kind of time.
    case(
        "a time and a start",
        done(action("c2pa.edited", when="2026-01-01T00:00:00Z", whenStart="2026-01-01T00:00:00Z")),
        MALFORMED,
        profile="2.5",
    ),
    case(
        "a time and an end",
        done(action("c2pa.edited", when="2026-01-01T00:00:00Z", whenEnd="2026-01-01T00:00:00Z")),
        MALFORMED,
        profile="2.5",
    ),
    case(
        "an end before the start",
        done(action("c2pa.edited", whenStart="2026-01-02T00:00:00Z", whenEnd="2026-01-01T00:00:00Z")),
        MALFORMED,
        profile="2.5",
    ),
    case(
        "an end before the start in edition 2.4",
        done(action("c2pa.edited", whenStart="2026-01-02T00:00:00Z", whenEnd="2026-01-01T00:00:00Z")),
    ),
    case(
        "start and end alike", done(action("c2pa.edited", whenStart="2026-01-01T00:00:00Z", whenEnd="2026-01-01T00:00:00Z")), profile="2.5"
    ),
    case(
        "start and end in different time zones",
        done(action("c2pa.edited", whenStart="2026-01-01T09:00:00+09:00", whenEnd="2026-01-01T01:00:00Z")),
        profile="2.5",
    ),
    case(
        "the end is earlier in another time zone",
        done(action("c2pa.edited", whenStart="2026-01-01T01:00:00Z", whenEnd="2026-01-01T09:00:00+09:00")),
        MALFORMED,
        profile="2.5",
    ),
    case("times that cannot be read", done(action("c2pa.edited", whenStart="tomorrow", whenEnd="today")), profile="2.5"),
    # 3: created and opened come first.
    case("created in the second place", begun(action("c2pa.edited"), CREATED, more=()), MALFORMED),
    case("opened in the second place", begun(action("c2pa.edited"), action("c2pa.opened", HERE)), MALFORMED),
    case("created in a second assertion", done(more=second(CREATED)), MALFORMED),
    case("created in a second assertion, with something between them", done(more=(NOTE, *second(CREATED))), MALFORMED),
    case("other actions in a second assertion", done(more=second(action("c2pa.edited")))),
    case("other actions among the gathered", done(more=second(action("c2pa.edited"), place="gathered"))),
    case(
        "created in the second place in claim version 1",
        lambda: signed(standard(first=actions(action("c2pa.edited"), CREATED, version=1), version=1)),
    ),
    # 4 and 5: what was opened.
    case("opened", begun(action("c2pa.opened", HERE))),
    case("opened names nothing", begun(action("c2pa.opened")), INGREDIENT),
    case("opened with empty parameters", begun(action("c2pa.opened", parameters={})), INGREDIENT),
    case("opened with an empty list", begun(action("c2pa.opened", parameters={"ingredients": []})), INGREDIENT),
    case(
        "opened by the field of old actions in new ones",
        begun(action("c2pa.opened", parameters={"ingredient": HERE})),
        INGREDIENT,
    ),
    case("opened by the field of new actions in old ones", begun(action("c2pa.opened", HERE), version=1)),
    case("opened with a map", begun(action("c2pa.opened", parameters={"ingredients": {}})), INGREDIENT),
    case("opened names two", begun(action("c2pa.opened", HERE, HERE)), INGREDIENT),
    case("opened names nothing that is there", begun(action("c2pa.opened", NOWHERE)), INGREDIENT, MISSING),
    case("opened names a text", begun(action("c2pa.opened", "self#jumbf=c2pa.assertions/c2pa.ingredient.v3")), INGREDIENT),
    case("opened names no ingredient", begun(action("c2pa.opened", Ref("c2pa.icon")), more=(ICON, PARENT)), INGREDIENT),
    case(
        "opened with a wrong hash",
        begun(action("c2pa.opened", Ref("c2pa.ingredient.v3", hash=bytes(32)))),
        INGREDIENT,
        "hashedURI.mismatch",
    ),
    case(
        "opened with an unknown hash algorithm",
        begun(action("c2pa.opened", NOWHERE | {"url": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3", "alg": "md5"})),
        INGREDIENT,
        "algorithm.unsupported",
    ),
    case("opened a component", begun(action("c2pa.opened", HERE_1), more=(PART,)), INGREDIENT),
    case("opened an input", begun(action("c2pa.opened", HERE), more=(ingredient(relationship="inputTo"),)), INGREDIENT),
    case(
        "opened by the field of old actions",
        begun(action("c2pa.opened", parameters={"ingredient": Ref("c2pa.ingredient.v2")}), more=(ingredient(version=2),), version=1),
    ),
    case(
        "opened without naming it in claim version 1",
        lambda: signed(standard(ingredient(version=2), first=actions(action("c2pa.opened"), version=1), version=1)),
    ),
    case("opened somebody else's ingredient", over_parent(lambda p: action("c2pa.placed", Ref(THEIRS, p))), INGREDIENT),
    # 6: what was placed.
    case("placed", done(action("c2pa.placed", HERE_1), more=(PART,))),
    case("placed nothing", done(action("c2pa.placed"), more=(PART,)), INGREDIENT),
    case("placed a parent", done(action("c2pa.placed", HERE), more=(PARENT,)), INGREDIENT),
    case("placed two, one of them a parent", done(action("c2pa.placed", HERE_1, HERE), more=(PARENT, PART)), INGREDIENT),
    case(
        "placed with a wrong hash",
        done(action("c2pa.placed", Ref("c2pa.ingredient.v3__1", hash=bytes(32))), more=(PART,)),
        INGREDIENT,
        "hashedURI.mismatch",
    ),
    # 7: what was removed stands in another manifest.
    case("removed", over_parent(lambda p: action("c2pa.removed", Ref(THEIRS, p)))),
    case("removed nothing", over_parent(lambda _: action("c2pa.removed")), INGREDIENT),
    case("removed what stands here", done(action("c2pa.removed", HERE_1), more=(PART,)), INGREDIENT),
    case("removed what is no ingredient", over_parent(lambda p: action("c2pa.removed", Ref("c2pa.icon", p))), INGREDIENT),
    case("deleted", over_parent(lambda p: action("c2pa.deleted", Ref(THEIRS, p)))),
    case("deleted without naming it", done(action("c2pa.deleted"))),
    case("deleted with an empty list", done(action("c2pa.deleted", parameters={"ingredients": []})), INGREDIENT),
    case("deleted with a map", done(action("c2pa.deleted", parameters={"ingredients": {}})), INGREDIENT),
    case("deleted what stands here", done(action("c2pa.deleted", HERE_1), more=(PART,)), INGREDIENT),
    # 8: what was transcoded or repackaged.
    *(
        line
        for name in ("c2pa.transcoded", "c2pa.repackaged")
        for line in (
            case(f"{name}", begun(action("c2pa.opened", HERE), action(name, HERE))),
            case(f"{name} without naming it", done(action(name))),
            case(f"{name} with an empty list", done(action(name, parameters={"ingredients": []}))),
            case(f"{name} with a map", done(action(name, parameters={"ingredients": {}})), INGREDIENT),
            case(f"{name} of a component", done(action(name, HERE_1), more=(PART,)), INGREDIENT),
            case(f"{name} of nothing that is there", done(action(name, NOWHERE)), INGREDIENT, MISSING),
        )
    ),
    # 9: action and ingredient are vouched for alike.
    case(
        "the ingredient is gathered",
        begun(action("c2pa.opened", HERE), more=(ingredient(place="gathered"),)),
        profile="2.5",
        informs=("assertion.action.ingredientLocationMismatch",),
    ),
    case(
        "the ingredient is gathered, edition 2.4",
        begun(action("c2pa.opened", HERE), more=(ingredient(place="gathered"),)),
        lacks=("assertion.action.ingredientLocationMismatch",),
    ),
    case(
        "the ingredient is created, the action gathered",
        done(more=(PART, *second(action("c2pa.placed", HERE_1), place="gathered"))),
        profile="2.5",
        informs=("assertion.action.ingredientLocationMismatch",),
    ),
    case("both are created", begun(action("c2pa.opened", HERE)), profile="2.5", lacks=("assertion.action.ingredientLocationMismatch",)),
    # 10: what was redacted.
    case("redacted", over_parent(lambda p: action("c2pa.redacted", parameters={"redacted": p.assertion_uri("c2pa.icon")}))),
    case("redacted without parameters", done(action("c2pa.redacted")), REDACTION),
    case("redacted a number", done(action("c2pa.redacted", parameters={"redacted": 7})), REDACTION),
    case(
        "redacted what is not there",
        over_parent(lambda p: action("c2pa.redacted", parameters={"redacted": p.assertion_uri("c2pa.nothing")})),
        REDACTION,
    ),
    case(
        "redacted a signature", over_parent(lambda p: action("c2pa.redacted", parameters={"redacted": p.uri("c2pa.signature")})), REDACTION
    ),
    case("redacted a web address", done(action("c2pa.redacted", parameters={"redacted": "https://example.org"})), REDACTION),
    # 11: related assertions.
    case("related", related(Ref("org.test.note"))),
    case("related to nothing", related(), MALFORMED),
    case("related is a map", done(action("c2pa.edited", parameters={"relatedAssertions": {"a": 1}})), MALFORMED),
    case("related to what is not there", related(NOWHERE), MALFORMED, MISSING),
    case("related to an ingredient", related(HERE, more=(PARENT,)), MALFORMED),
    case("related to actions", related(Ref("c2pa.actions.v2__1"), more=second(action("c2pa.edited"))), MALFORMED),
    case("related to a text", related("org.test.note"), MALFORMED),
    case("related with a wrong hash", related(Ref("org.test.note", hash=bytes(32))), "hashedURI.mismatch"),
    case(
        "related to another manifest",
        over_parent(lambda p: action("c2pa.edited", parameters={"relatedAssertions": [Ref("c2pa.icon", p)]})),
        MALFORMED,
    ),
    # 12: watermarks.
    case("watermarked", done(WATERMARK, more=(SOFT_BINDING,))),
    case("watermarked without a soft binding", done(WATERMARK), SOFT),
    case("bound watermark without a soft binding", done(BOUND), SOFT),
    case("unbound watermark without a soft binding", done({"action": "c2pa.watermarked.unbound"})),
    case("watermarked without a soft binding, edition 2.2", done(WATERMARK), profile="2.2"),
    case("watermarked without a soft binding in old actions", lambda: signed(standard(first=actions(CREATED, WATERMARK, version=1))), SOFT),
    case(
        "watermarked without a soft binding in old actions of an old claim",
        lambda: signed(standard(first=actions(CREATED, WATERMARK, version=1), version=1)),
    ),
    # 13: icons.
    case("an agent with an icon", done(more=(ICON,), softwareAgents=[{"name": "x", "icon": Ref("c2pa.icon")}])),
    case(
        "an agent with a wrong icon",
        done(more=(ICON,), softwareAgents=[{"name": "x", "icon": Ref("c2pa.icon", hash=bytes(32))}]),
        "hashedURI.mismatch",
    ),
    case("a template with an icon that is not there", done(templates=[{"action": "x", "icon": NOWHERE}]), MISSING),
    # Not for a validator to judge.
    case("created without a source type", lambda: signed(standard(first=actions({"action": "c2pa.created"})))),
    case(
        "redacted without a reason", over_parent(lambda p: action("c2pa.redacted", parameters={"redacted": p.assertion_uri("c2pa.icon")}))
    ),
)
