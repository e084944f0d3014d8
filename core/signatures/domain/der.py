"""The structure of DER, examined before anything else looks at it: bounded in depth and number, definite in length.

What passes can be parsed by recursion, costs time in proportion to its size, and has no two readings. What was signed
is cut out of the bytes here and never encoded anew: a library's encoding of what it has read may differ (asn1crypto's
does where the last byte of a length is 0x80).
"""

from typing import NamedTuple

MOST_DEPTH = 40
"""A CAdES XLT1 signature with its time stamps is some 25 deep."""
MOST_ELEMENTS = 20_000
_CONSTRUCTED = 0x20


class Malformed(Exception):
    """Not DER."""


class Truncated(Malformed):
    """It would be, if it did not end too soon."""


class Indefinite(Malformed):
    """BER with a length that only the end tells, or not written as short as it can be."""


class TooComplex(Malformed):
    """Too deep, or of too many elements."""


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """(first byte of the tag, where the content begins, where it ends) of the element at `at`. Raises Malformed."""
    if at + 2 > end:
        raise Truncated
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise Malformed("a tag of several bytes")
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise Malformed("a primitive of indefinite length")
        raise Indefinite
    if length > 0x80:
        count = length & 0x7F
        if count > 4:
            raise Malformed("a length that nothing has")
        if start + count > end:
            raise Truncated
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or length >> (8 * count - 8) == 0:
            raise Indefinite
        start += count
    if start + length > end:
        raise Truncated
    return tag, start, start + length


def examine(data: bytes) -> None:
    """Raises Malformed (or what is derived from it) unless `data` is one element of plain DER, and nothing besides."""
    if not data or data[0] != 0x30:
        raise Malformed("no SEQUENCE")
    _, _, end = header(data, 0, len(data))
    if end != len(data):
        raise Malformed("something follows")
    elements, open_until, at = 0, [end], 0
    while open_until:
        if at == open_until[-1]:
            open_until.pop()
            continue
        elements += 1
        tag, start, stop = header(data, at, open_until[-1])
        if elements > MOST_ELEMENTS:
            raise TooComplex
        if tag & _CONSTRUCTED:
            if len(open_until) > MOST_DEPTH:
                raise TooComplex
            open_until.append(stop)
            at = start
        else:
            at = stop


class Element(NamedTuple):
    """An element: the first byte of its tag, all of its bytes, and those of its content."""

    tag: int
    raw: bytes
    content: bytes

    def inside(self, tag: int = 0x30) -> list["Element"]:
        """The elements that the content of a SEQUENCE (or of that tag) consists of. Raises Malformed."""
        if self.tag != tag:
            raise Malformed(f"tag {self.tag:#x}, not {tag:#x}")
        return elements(self.content)


def element(data: bytes) -> Element:
    """The one element that `data` is. Raises Malformed."""
    tag, start, end = header(data, 0, len(data))
    if end != len(data):
        raise Malformed("something follows")
    return Element(tag, data, data[start:end])


def elements(data: bytes) -> list[Element]:
    """The elements that `data` consists of. Raises Malformed."""
    found, at = [], 0
    while at < len(data):
        tag, start, end = header(data, at, len(data))
        found.append(Element(tag, data[at:end], data[start:end]))
        at = end
    return found
