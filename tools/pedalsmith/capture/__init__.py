# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Captures: pairs of dry (into the gear) and wet (out of it); read, judged and aligned."""
