# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Tests of the cycle model: facts measured on silicon, branches, caches and accounts."""
