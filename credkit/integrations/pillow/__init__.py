"""Sign pictures when Pillow saves them, and keep the history of those that were opened signed.

::

    from credkit.integrations import pillow as credkit_pillow

    credkit_pillow.install(signer=signer, statements=Statements(created="trainedAlgorithmicMedia", edited="humanEdits"))
    image.save("out.png")                      # signed

``install`` (or ``signing`` for a while) wraps ``Image.save`` and ``Image.open``; ``save`` signs one picture and wraps nothing. A
picture that was opened from a file with Content Credentials remembers them, through ``copy``, ``crop``, ``resize``, ``convert``
and everything else that keeps ``Image.info``; saved, it becomes an edit with that file as parent. Signed pictures that are pasted
into it become components. Formats that can carry credentials are signed (PNG, JPEG, WebP, GIF, TIFF, AVIF, and what plug-ins of Pillow
add to them), others are saved as ever.

Pixels that leave Pillow (numpy, ``tobytes``) and ``ImageChops`` of two pictures carry no history: say ``set_origin(result,
image)`` then, or name the ``parent``.
"""

from __future__ import annotations

from credkit.integrations.pillow.export import CredentialsWarning, follow, install, save, signing, uninstall
from credkit.integrations.pillow.lineage import components, origin, set_origin

__all__ = ["CredentialsWarning", "components", "follow", "install", "origin", "save", "set_origin", "signing", "uninstall"]
