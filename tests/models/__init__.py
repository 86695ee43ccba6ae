# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Tests of models: formats in and out, and the float64 reference."""
