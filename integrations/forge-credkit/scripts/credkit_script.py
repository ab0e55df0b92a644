"""Sign what AUTOMATIC1111's web UI or Forge makes; everything is done in ``credkit.integrations.forge``."""

from __future__ import annotations

from modules import script_callbacks, shared

from credkit.integrations.forge import Extension

extension = Extension(lambda: shared.opts)


def on_ui_settings() -> None:
    """Add the options to the settings page."""
    import gradio

    options = extension.settings(("credkit", "Content Credentials"), shared.OptionInfo, gradio.Radio)
    for name, option in options.items():
        shared.opts.add_option(name, option)


script_callbacks.on_ui_settings(on_ui_settings)
script_callbacks.on_app_started(extension.app_started)
script_callbacks.on_image_saved(extension.image_saved)
