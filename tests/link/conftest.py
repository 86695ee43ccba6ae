# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Fixtures of these tests."""

from .plugged import plugged, run

__all__ = ["plugged", "run"]
