# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One file per format that a Model can be written to.

An exporter is a module in this folder with `write(model, path)`. It raises BadInput, naming the
feature, for a model that its format cannot hold.
"""
