# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The PC's end of the cable: finding boards, talking to a running pedal, filling its flash."""
