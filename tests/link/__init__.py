# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Software in the place of boards, loaders and cables."""
