"""What is private: everything but a short list of harmless settings and the models."""

from __future__ import annotations

from credkit.manifest.assertions import Generation, GenerationInput, GenerationModel, GenerationSource
from credkit.sealing.commitments import commit
from credkit.sealing.fields import HARMLESS_SETTINGS, private_fields, without_private_fields

WHOLE = Generation(
    tool="ComfyUI",
    settings={
        "steps": 20,
        "cfg": 6.5,
        "sampler": "DPM++ 2M",
        "scheduler": "x" * 41,
        "variation-seed": 12345678,
        "note": "words",
        "hires prompt": "more words",
        "flag": True,
    },
    models=(GenerationModel("m", claimed={"autov2": "45dee52b00"}),),
    inputs=(GenerationInput("initial-image", "client.png"), GenerationInput("mask"), GenerationInput("initial-image", "b.png")),
    sources=(GenerationSource(format="comfyui", place="PNG text", sha256="0" * 64),),
)


def fields(generation: Generation | None = WHOLE, **texts: str) -> dict[str, object]:
    return {secret.field: secret.value for secret in private_fields(generation, **texts)}  # type: ignore[arg-type]


def test_everything_that_is_not_harmless() -> None:
    assert fields(prompt="p", negative_prompt="n", seed="7") == {
        "prompt": "p",
        "negative-prompt": "n",
        "seed": "7",
        # A name of an algorithm that is none stays out as well.
        "settings/scheduler": "x" * 41,
        "settings/variation-seed": 12345678,
        "settings/note": "words",
        "settings/hires prompt": "more words",
        "settings/flag": True,
        "input/initial-image": "client.png",
        "input/initial-image 2": "b.png",
    }


def test_documents_of_one_title_are_numbered_and_long_names_cut() -> None:
    found = private_fields(None, documents=[("t" * 300, "1"), ("t" * 300, "2"), ("w", "3")])
    assert [(len(secret.field), secret.value) for secret in found] == [(200, "1"), (200, "2"), (10, "3")]
    assert len({secret.field for secret in found}) == 3


def test_what_stays() -> None:
    public = without_private_fields(WHOLE, [commit("prompt", "p")])
    assert public is not None
    assert dict(public.settings) == {"steps": 20, "cfg": 6.5, "sampler": "DPM++ 2M"}
    assert set(public.settings) <= HARMLESS_SETTINGS
    assert public.models == WHOLE.models
    assert [(item.role, item.name) for item in public.inputs] == [("initial-image", None), ("mask", None), ("initial-image", None)]
    assert public.sources[0].sha256 is None
    assert [entry.field for entry in public.withheld] == ["prompt"]
    assert fields(public) == {}


def test_nothing_to_say_is_nothing() -> None:
    assert without_private_fields(None) is None
    assert without_private_fields(None, [commit("prompt", "p")]) is not None
    assert fields(None) == {}


def test_values_stay_out_of_representations() -> None:
    assert "lighthouse" not in repr(private_fields(None, prompt="lighthouse"))
