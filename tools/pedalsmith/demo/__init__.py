# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The demo: every command once, on the capture that the package ships.

flow.py says what is done and gathers the figures, steps.py runs a command and shows how far it is,
summary.py says at the end what came of it.
"""
