# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From float weights to integers: formats, quantizer, blob, integer reference."""
