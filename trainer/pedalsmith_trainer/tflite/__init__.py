# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A Model as a TensorFlow Lite file that keeps its state between calls, one sample a call.

TensorFlow's converter cannot make one: it leaves an LSTM whose state lives in variables in float.
So the graph is written directly, with quantization chosen from the ranges that guitar gives:
graph.py writes the file, cells.py lays out the float and int16x8 networks, fused.py the int8 one,
ranges.py measures, player.py plays a file in TensorFlow's interpreter and in TensorFlow Lite
Micro's, exporter.py is what `pedalsmith export` calls.
"""
