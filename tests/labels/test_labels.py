"""What may be asked for together."""

from __future__ import annotations

from typing import Any

import pytest

from credkit.errors import DefinitionError
from credkit.labels import Labels


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"regimes": "cn"}, "takes several values"),
        ({"regimes": ()}, "takes several values"),
        ({"regimes": ("kr",)}, '"kr" is no regime'),
        ({"regimes": ("cn",)}, "names the provider"),
        ({"regimes": ("cn",), "provider": "Test Studio"}, "--label-provider-code"),
        ({"regimes": ("cn",), "provider": "示例"}, "printable ASCII"),
        ({"regimes": ("cn",), "provider_code": "a b"}, "without spaces"),
        ({"regimes": ("cn",), "provider_code": "示例"}, "without spaces"),
        ({"regimes": ("ca",), "provider_code": "7"}, "--label-provider NAME"),
        ({"regimes": ("eu",), "provider": " "}, "empty provider"),
        ({"regimes": ("eu",), "system_version": "2"}, "a version belongs to a system"),
        ({"regimes": ("eu",), "visible": "fr"}, "no visible label"),
        ({"regimes": ("eu",), "corner": "middle"}, "no corner"),
    ],
)
def test_refusals(given: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        Labels(**given)


def test_a_code_stands_for_a_name_that_cannot() -> None:
    assert Labels(regimes=("cn",), provider="示例", provider_code="001X").producer == "001X"
    assert Labels(regimes=("cn",), provider="TestStudio").producer == "TestStudio"
    assert Labels(regimes=("eu",)).producer is None
