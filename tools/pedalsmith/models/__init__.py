# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Float models: what they are, how they sound, how they come in and go out."""
