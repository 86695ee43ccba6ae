# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Reading files that nobody vouches for: bounded, typed, and with the place of what is wrong."""
