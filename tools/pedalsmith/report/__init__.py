# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The self-contained HTML report of a run: report.write(path, ReportData(...)).

One file, readable offline, on a phone, in the dark and without scripts: sound as FLAC and charts as
SVG are inside it, and its Content-Security-Policy forbids every request.
"""

from pedalsmith.report.data import BoardLoad, Curve, Memory, ReportData
from pedalsmith.report.page import write

__all__ = ["BoardLoad", "Curve", "Memory", "ReportData", "write"]
