# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One file per format that a Model can be written to."""
