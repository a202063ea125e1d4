"""Reading and writing the data types of MQTT (5.0 §1.5) inside one packet."""

from __future__ import annotations

from typing import Final

from chengshu.engines.streams.wire.reasons import malformed
from chengshu.foundation.errors import InvalidInput

LARGEST_VARIABLE: Final = 268_435_455
_LARGEST_TEXT: Final = 65_535


class Body:
    """A cursor over the bytes of a packet after its fixed header; every method raises ``ProtocolError``."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.end = data, 0, len(data)

    def take(self, length: int) -> bytes:
        begin, self.at = self.at, self.at + length
        if self.at > self.end:
            raise malformed("The packet ends in the middle of a field.")
        return self.data[begin : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def flag(self) -> bool:
        value = self.byte()
        if value > 1:
            raise malformed("A byte that says yes or no is neither 0 nor 1.")
        return value == 1

    def two_bytes(self) -> int:
        return int.from_bytes(self.take(2))

    def four_bytes(self) -> int:
        return int.from_bytes(self.take(4))

    def packet_id(self) -> int:
        value = self.two_bytes()
        if value == 0:
            raise malformed("A packet identifier is never 0.")
        return value

    def variable(self) -> int:
        """A variable byte integer in its shortest form."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if byte == 0 and shift:
                    break
                return value
        raise malformed("A variable byte integer is too long.")

    def binary(self) -> bytes:
        return self.take(self.two_bytes())

    def text(self) -> str:
        """UTF-8 without U+0000 and without surrogates."""
        try:
            value = self.binary().decode()
        except UnicodeDecodeError:
            raise malformed("A text is not valid UTF-8.") from None
        if "\0" in value:
            raise malformed("A text contains the character U+0000.")
        return value

    def rest(self) -> bytes:
        begin, self.at = self.at, self.end
        return self.data[begin:]

    def finish(self) -> None:
        if self.at != self.end:
            raise malformed("The packet goes on after its last field.")


def variable_bytes(value: int) -> bytes:
    """:raises InvalidInput: if it does not fit in four bytes"""
    if not 0 <= value <= LARGEST_VARIABLE:
        raise InvalidInput("A variable byte integer goes up to 268,435,455.", code="mqtt.too_large")
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def binary_bytes(value: bytes) -> bytes:
    if len(value) > _LARGEST_TEXT:
        raise InvalidInput("A field of MQTT has at most 65,535 bytes.", code="mqtt.too_large")
    return len(value).to_bytes(2) + value


def text_bytes(value: str) -> bytes:
    return binary_bytes(value.encode())
