# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""pedalsmith: from two WAVs of an amp or pedal to a stomp-box that is known bit for bit."""
