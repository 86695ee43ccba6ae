# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Neural Amp Modeler, binary (`.namb`).

Source: tone-3000/nam-binary-loader, namb/namb_format.h and get_dsp_namb.cpp. The binary is turned
into the document that a .nam holds, so that there is one reader of the contents.
"""

from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.nam.binary import MAGIC, document_of
from pedalsmith.models.parsing.nam.document import read_document

NAME = "its binary (.namb)"


def matches(content: Content) -> bool:
    """Whether the file begins with the format's magic number."""
    return content.starts_with(MAGIC)


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model."""
    return read_document(document_of(content.path, content.data), options.submodel, "namb")
