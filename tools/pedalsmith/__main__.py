# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`python -m pedalsmith`."""

from pedalsmith.cli import main

main()
