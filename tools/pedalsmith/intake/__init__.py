# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A folder of other people's models turned into blobs: job.py does one file, batch.py many."""
