"""Run by the web UI before it starts: brings the one package that the extension needs."""

from __future__ import annotations

import launch

if not launch.is_installed("credkit"):
    launch.run_pip("install credkit", "credkit for Content Credentials")
