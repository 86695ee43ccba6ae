# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The STM32H750, register by register, as far as this firmware touches it."""
