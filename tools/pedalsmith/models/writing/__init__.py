# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What exporters share: documents, the order of weights, numbers as text."""
