"""Reads layout 80020 (and 80040) as a stream: a metering point at a time, in memory that does not grow with the file.

Nothing is resolved: no DTD, no entities, no network. Depth and text lengths are bounded by the parser, what may come
between two metering points by `STRETCH`, the whole by the caller's limit.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol

from lxml import etree

from core.sdk import ErrorKind
from plugins.readings.domain.layout_80020 import MINUTES, Channel, Finding, Header, Period, Point, plain_shape
from plugins.readings.errors import layout_80020 as errors

CHUNK = 65_536
HEAD = 65_536
"""The root element begins within so many bytes."""
STRETCH = 1_000_000
"""Bytes: no metering point is larger, so whatever goes on for longer is refused before it fills the memory."""
MOST_POINTS = 200_000
MEGABYTE = 1_000_000
_SAFE: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
_POINTS = ("measuringpoint", "deliverygroup", "peretok")
_HEADER = ("datetime", "sender")
_TEXT = 200
DIGITS = 12
_PLAIN_COUNTS = {len(plain_shape(minutes)): minutes for minutes in MINUTES}


class Readable(Protocol):
    """A file, or whatever can be read like one."""

    def read(self, size: int, /) -> bytes: ...


class StructureError(Exception):
    """Nothing of the file can be loaded."""

    def __init__(self, kind: ErrorKind, line: int = 0, **params: str) -> None:
        super().__init__(kind.code)
        self.finding = Finding(kind, line, params=params)


def read_message(
    stream: Readable, *, layouts: Sequence[str] = ("80020",), limit: int = 600 * MEGABYTE
) -> Iterator[Header | Point]:
    """The header, then the points, as they come. Raises StructureError, at once or on the way."""
    source = _Bounded(stream, limit)
    head = source.read(HEAD)
    spelling = _check_head(head, layouts)
    parser = etree.XMLPullParser(events=("end",), tag=[*spelling], **_SAFE)
    try:
        yield from _Message(parser, spelling).read(head, source)
    except etree.XMLSyntaxError as error:
        raise StructureError(errors.XML_MALFORMED, error.lineno or 0) from None


class _Bounded:
    """A stream that ends badly when it is longer than the limit."""

    def __init__(self, stream: Readable, limit: int) -> None:
        self._stream, self._left, self._limit = stream, limit, limit

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise StructureError(errors.XML_TOO_LARGE, limit=str(self._limit // MEGABYTE))
        return piece


def _check_head(head: bytes, layouts: Sequence[str]) -> dict[str, str]:
    """Refuses what is no message of these layouts. Returns the tags to look for, as this file spells them."""
    spelling = {name: name for name in (*_POINTS, *_HEADER)}
    probe = etree.XMLPullParser(events=("start",), **_SAFE)
    try:
        probe.feed(head)
    except etree.XMLSyntaxError as error:
        kind = errors.XML_FORBIDDEN if b"<!DOCTYPE" in head else errors.XML_MALFORMED
        raise StructureError(kind, error.lineno or 0) from None
    root = None
    for _, element in probe.read_events():
        name = str(element.tag)
        if root is None:
            root = element
            _check_root(root, layouts)
        if name.lower() in spelling:
            spelling.setdefault(name, name.lower())
    if root is None:
        raise StructureError(errors.XML_MALFORMED)
    return spelling


def _check_root(root: Any, layouts: Sequence[str]) -> None:
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise StructureError(errors.XML_FORBIDDEN, root.sourceline or 0)
    expected = " или ".join(layouts)
    if str(root.tag).lower() != "message":
        raise StructureError(errors.WRONG_LAYOUT, root.sourceline or 0, expected=expected, found=str(root.tag)[:40])
    found = _attributes(root).get("class", "")
    if found not in layouts:
        raise StructureError(errors.WRONG_LAYOUT, root.sourceline or 0, expected=expected, found=found[:40])


class _Message:
    def __init__(self, parser: Any, spelling: dict[str, str]) -> None:
        self._parser, self._spelling = parser, spelling
        self._parts: dict[str, dict[str, str]] = {}
        self._header: Header | None = None
        self._area: Any = None
        self._timezone = ""
        self._seen: set[str] = set()
        self._points = 0

    def read(self, head: bytes, source: _Bounded) -> Iterator[Header | Point]:
        chunk, stretch = head, 0
        while chunk:
            self._parser.feed(chunk)
            stretch += len(chunk)
            for _, element in self._parser.read_events():
                kind = self._spelling[element.tag]
                if kind in _HEADER:  # no new stretch: these are kept, and a file may be full of them
                    self._parts[kind] = _children(element)
                    continue
                stretch = 0
                if self._header is None:
                    self._header = self._make_header(element)
                    yield self._header
                yield self._point(element, kind)
            if stretch > STRETCH:
                raise StructureError(errors.ELEMENT_TOO_LARGE)
            chunk = source.read(CHUNK)
        self._parser.close()
        if self._header is None:
            raise StructureError(errors.NO_POINTS)

    def _make_header(self, element: Any) -> Header:
        root = element.getroottree().getroot()
        attributes = _attributes(root)
        number = attributes.get("number", "")
        sender, moment = self._parts.get("sender", {}), self._parts.get("datetime", {})
        if not (number.isascii() and number.isdecimal() and len(number) <= 18):
            raise StructureError(errors.NO_NUMBER, root.sourceline or 0)
        if not sender.get("inn"):
            raise StructureError(errors.NO_SENDER, root.sourceline or 0)
        return Header(
            attributes["class"],
            str(int(number)),
            moment.get("day", "")[:_TEXT],
            sender["inn"][:_TEXT],
            sender.get("name", "")[:_TEXT],
        )

    def _point(self, element: Any, kind: str) -> Point:
        self._points += 1
        if self._points > MOST_POINTS:
            raise StructureError(errors.TOO_MANY_POINTS, element.sourceline or 0, limit=str(MOST_POINTS))
        parent = element.getparent()
        if parent is not self._area:
            self._area, self._timezone = parent, _attributes(parent).get("timezone", "1")[:_TEXT]
        attributes = _attributes(element)
        if kind == "measuringpoint":
            code, channels = attributes.get("code", ""), [_channel(child) for child in element if _is_channel(child)]
        else:
            code = "-".join(filter(None, (attributes.get(name) for name in ("code", "codefrom", "codeto"))))
            channels = [Channel("", element.sourceline or 0, None, _periods(element))]
        code = code[:_TEXT]
        again = code in self._seen
        self._seen.add(code)
        point = Point(
            code,
            attributes.get("name", "")[:_TEXT],
            element.sourceline or 0,
            self._timezone,
            channels,
            kind != "measuringpoint",
            again,
        )
        _forget(element)
        return point


def _forget(element: Any) -> None:
    """Frees what has been read: the element's content, and everything before it."""
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]
    outer = parent.getparent()
    if outer is not None:
        while parent.getprevious() is not None:
            del outer[0]


def _name(element: Any) -> str:
    """The tag in lower case; empty for a comment or a processing instruction."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _is_channel(element: Any) -> bool:
    return _name(element) == "measuringchannel"


def _attributes(element: Any) -> dict[str, str]:
    return {str(name).lower(): value.strip() for name, value in element.items()}


def _children(element: Any) -> dict[str, str]:
    return {_name(child): "".join(child.itertext()).strip() for child in element}


_SPACE = r"\s*"


@cache
def _plain(minutes: int) -> re.Pattern[bytes]:
    """A channel of a plain day of 24 hours as lxml writes it out: nothing but values, each in its period, in order."""
    periods = "".join(
        f'<period start="{start}" end="{end}">{_SPACE}<value>(\\d{{1,{DIGITS}}})</value>{_SPACE}</period>{_SPACE}'
        for start, end in plain_shape(minutes)
    )
    return re.compile(f"<[^>]*>{_SPACE}{periods}</[^>]*>".encode())


def _channel(element: Any) -> Channel:
    """Nearly every channel is plain: it is recognised whole, without a look at single periods."""
    code, line = _attributes(element).get("code", "")[:_TEXT], element.sourceline or 0
    minutes = _PLAIN_COUNTS.get(len(element))
    if minutes:
        plain = _plain(minutes).fullmatch(etree.tostring(element, with_tail=False))
        if plain:
            return Channel(code, line, [text.decode() for text in plain.groups()], ())
    return Channel(code, line, None, _periods(element))


def _periods(element: Any) -> list[Period]:
    return [_period(child) for child in element if _name(child) == "period"]


def _value(element: Any) -> str:
    """The text of a value around comments; with an element inside it is no value."""
    if any(_name(child) for child in element):
        return "?"
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _period(element: Any) -> Period:
    attributes = _attributes(element)
    values = [child for child in element if _name(child) == "value"]
    value, about = "", dict[str, str]()
    if len(values) == 1:
        value, about = _value(values[0]), _attributes(values[0])
    elif values:
        value = "?"  # two values of one period are none
    return Period(
        attributes.get("start", ""),
        attributes.get("end", ""),
        attributes.get("summer", "") == "1",
        value,
        about.get("status", ""),
        about.get("extendedstatus", ""),
        element.sourceline or 0,
    )
