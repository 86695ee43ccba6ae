# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Keras training: a capture in, a Model out. The only package that imports TensorFlow."""
