"""Sign what a diffusers pipeline makes, with the call that made it.

::

    from credkit.api.exporter import Exporter
    from credkit.integrations.diffusers import signing

    with signing(pipe, Exporter.from_settings()):
        image = pipe("a lighthouse", generator=torch.Generator().manual_seed(7)).images[0]
        image.save("lighthouse.png")                      # signed, with prompt, seed, settings and models

diffusers writes no metadata, so there is nothing to lift from a file: the call itself is recorded. ``capture`` records without saving,
``sign`` saves one output signed. Nothing here imports diffusers or torch; a pipeline is used as its documentation has it.
"""

from __future__ import annotations

from credkit.integrations.diffusers.calls import Call
from credkit.integrations.diffusers.export import sign, signing
from credkit.integrations.diffusers.recording import capture

__all__ = ["Call", "capture", "sign", "signing"]
