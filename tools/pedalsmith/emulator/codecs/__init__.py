# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Codecs, one file each: what it must be told before sound goes through it."""
