# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Tests of reading, judging and aligning captures."""
