# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Emulated boards: the file that is flashed, run without hardware."""
