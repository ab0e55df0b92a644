from __future__ import annotations

import pytest

from credkit.errors import MalformedError
from credkit.trust.pem import pem_blocks, to_pem


def test_round_trip_with_text_around():
    items = (b"", b"a" * 47, b"b" * 48, b"c" * 1000)
    data = b"before\r\n" + to_pem(items).replace(b"\n", b"\r\n") + b"after"
    assert tuple(block.der for block in pem_blocks(data)) == items
    assert all(block.label == "CERTIFICATE" for block in pem_blocks(data))


def test_lines_are_counted_from_one():
    data = b"text\n\n" + to_pem((b"a", b"b"))
    assert [block.line for block in pem_blocks(data)] == [3, 6]


def test_faults_name_the_line():
    with pytest.raises(MalformedError, match="CERTIFICATE block has no end in line 2"):
        pem_blocks(b"\n-----BEGIN CERTIFICATE-----\nAAAA\n")
    broken = pem_blocks(b"-----BEGIN CERTIFICATE-----\nA*AA\n-----END CERTIFICATE-----\n")[0]
    with pytest.raises(MalformedError, match="not base64 in line 1"):
        _ = broken.der


def test_a_block_ends_before_the_next_one_begins():
    # Nested blocks would make each block hold all that follow.
    with pytest.raises(MalformedError, match="CERTIFICATE block has no end in line 1"):
        pem_blocks(b"-----BEGIN CERTIFICATE-----\nAAAA\n" * 3 + b"-----END CERTIFICATE-----\n")


@pytest.mark.parametrize("data", [b"", b"no block", b"-----BEGIN-----", b"x -----BEGIN CERTIFICATE-----"])
def test_no_block(data):
    assert pem_blocks(data) == ()
