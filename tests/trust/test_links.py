"""Links in HTTP fields: the targets of one relation, whatever else a server writes there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credkit.trust.links import find_links

A, B = "https://example.org/a", "https://example.org/b"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"<{A}>; rel=c2pa-manifest", (A,)),
        (f'<{A}>; rel="c2pa-manifest"', (A,)),
        (f'<{A}> ; REL = "C2PA-Manifest"', (A,)),
        (f'<{A}>;rel="prefetch c2pa-manifest"', (A,)),
        (f'<{A}>; type="application/c2pa"; rel=c2pa-manifest; x', (A,)),
        (f'<{A}>; title="a, <b>; rel=other \\" x"; rel=c2pa-manifest', (A,)),
        (f"<{B}>; rel=icon, <{A}>; rel=c2pa-manifest", (A,)),
        (f"<{B}>; rel=c2pa-manifest, <{A}>; rel=c2pa-manifest", (B, A)),
        (f"  , ,<{A}>; rel=c2pa-manifest ,, ", (A,)),
        (f"< {A} >; rel=c2pa-manifest", (A,)),
        ("<image.c2pa>;rel=c2pa-manifest", ("image.c2pa",)),
        ("<>; rel=c2pa-manifest", ("",)),
        (f"<{A}>; ; rel=c2pa-manifest;", (A,)),
        (f"<{A}>; rel=icon; rel=c2pa-manifest", ()),
        (f'<{A}>; rel=c2pa-manifest; anchor="#part"', ()),
        (f"<{A}>; rev=c2pa-manifest", ()),
        (f"<{A}>; rel=c2pa-manifest-old", ()),
        (f"<{A}>; rel", ()),
        (f"<{A}>", ()),
        (f"{A}; rel=c2pa-manifest", ()),
        (f"<{A}; rel=c2pa-manifest", ()),
        (f'<{A}>; rel="c2pa-manifest', ()),
        (f"<{B}>; rel=c2pa-manifest, garbage, <{A}>; rel=c2pa-manifest", (B,)),
        (f"<{B}>; rel=c2pa-manifest <{A}>; rel=c2pa-manifest", ()),
        ("", ()),
    ],
)
def test_links(value: str, found: tuple[str, ...]) -> None:
    assert find_links([value], "c2pa-manifest") == found


def test_several_fields() -> None:
    assert find_links([f"<{A}>; rel=c2pa-manifest", "", f"<{B}>; rel=c2pa-manifest"], "c2pa-manifest") == (A, B)


@given(st.one_of(st.text(max_size=60), st.text(alphabet='<>;,="\\ relc2pa-mnifst', max_size=80)))
def test_any_text(value: str) -> None:
    assert all("<" not in target and ">" not in target for target in find_links([value], "c2pa-manifest"))


def test_a_long_value_takes_no_longer_than_its_length() -> None:
    for piece in ("<a>; x=", ";" * 3, '<a>; x="\\', "<a>,", " ,", '"\\"'):
        assert find_links([piece * 20_000], "c2pa-manifest") == ()
