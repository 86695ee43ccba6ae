# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The memories of each chip and what they cost: one module a chip, with a function `memory`."""
