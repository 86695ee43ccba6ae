# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Structures of the protocol as dataclasses: the annotations of the fields are their layout."""

import struct
from functools import cache
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin, get_type_hints

U8 = Annotated[int, "B"]
U16 = Annotated[int, "H"]
I16 = Annotated[int, "h"]
U32 = Annotated[int, "I"]
I32 = Annotated[int, "i"]
Text32 = Annotated[str, "32s"]
"""UTF-8, filled up with zeros"""


class Field(NamedTuple):
    """One field: a code of the module struct, or a structure in the structure."""

    name: str
    code: str
    body: "type[Body] | None"


class Body:
    """A gap-free little-endian structure; subclasses are frozen dataclasses."""

    @classmethod
    def layout(cls) -> list[Field]:
        """The fields in order."""
        return _layout(cls)  # type: ignore[arg-type]  # classes are hashable

    @classmethod
    def size(cls) -> int:
        """Bytes."""
        return sum(
            field.body.size() if field.body else struct.calcsize("<" + field.code)
            for field in cls.layout()
        )

    @classmethod
    def unpack(cls, data: bytes, at: int = 0) -> Self:
        """Reads one at that offset. Raises struct.error when there are too few bytes."""
        values: dict[str, Any] = {}
        for name, code, body in cls.layout():
            if body:
                values[name] = body.unpack(data, at)
                at += body.size()
                continue
            found = struct.unpack_from("<" + code, data, at)
            at += struct.calcsize("<" + code)
            if code.endswith("s"):
                values[name] = found[0].split(b"\0")[0].decode("utf-8", "replace")
            else:
                values[name] = found if code[0].isdigit() else found[0]
        return cls(**values)

    def pack(self) -> bytes:
        """The bytes. Text that is too long is cut, between characters."""
        parts = []
        for name, code, body in self.layout():
            value = getattr(self, name)
            if body:
                parts.append(value.pack())
            elif code.endswith("s"):
                room = struct.calcsize(code)
                kept = value.encode()[:room].decode("utf-8", "ignore").encode()
                parts.append(struct.pack(code, kept))
            elif code[0].isdigit():
                parts.append(struct.pack("<" + code, *value))
            else:
                parts.append(struct.pack("<" + code, value))
        return b"".join(parts)


@cache
def _layout(cls: Any) -> list[Field]:
    fields = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        annotated = get_origin(hint) is Annotated
        fields.append(
            Field(name, get_args(hint)[1] if annotated else "", None if annotated else hint)
        )
    return fields
