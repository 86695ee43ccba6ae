# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The document of Neural Amp Modeler, which comes as JSON (.nam) and as binary (.namb)."""
