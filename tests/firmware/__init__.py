# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The firmware, from its image to what it does on an emulated board."""
