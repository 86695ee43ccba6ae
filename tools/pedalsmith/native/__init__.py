# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""C made to run: compiler, host library, firmware images, boards."""
