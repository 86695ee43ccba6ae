# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The i.MX RT1062, register by register, as far as the pedal on a Teensy 4 needs it."""
