# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Tests of the neural engine: the NumPy reference and the C give the same words."""
