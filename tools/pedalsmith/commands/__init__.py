# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One file per command; the file name is the command name."""
