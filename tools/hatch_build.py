# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Build hook: puts firmware/ and boards/ into the standard wheel.

Only the standard build: an editable install reads them from the checkout, so that no stale
copy can be built by mistake.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the C sources beside the Python package as pedalsmith/_source/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before the wheel is written; version is "standard" or "editable"."""
        if version == "standard":
            build_data["force_include"]["firmware"] = "pedalsmith/_source/firmware"
            build_data["force_include"]["boards"] = "pedalsmith/_source/boards"
