# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From float weights to integers: formats, quantizer, blob, integer reference.

The way through it, for recurrent networks: quantizer.py takes a Model; network.py is its float
side in the engine's shape, calibration.py the guitar that it is played; candidates.py rounds it
in several ways (rows.py, rounding.py, with sensitivity.py to know what matters); records.py and
cell.py make words of it, measure.py plays them through the engine, report.py says what they cost.
blob.py, psm.py and proof.py are the format; table.py and reference.py the engine's arithmetic.
"""
