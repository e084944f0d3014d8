"""Documents for paper as PDF: a title, paragraphs, rows of names and values, tables over pages, numbered pages.

Cyrillic and the sign of the rouble are in the embedded font, of which only the used letters go into the file. All texts
are escaped: whatever they hold is printed and never obeyed. The same document always gives the same bytes. It is meant
for what people print (some thousands of rows); data go out as workbooks and CSV.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import IO, Any, Literal

import font_roboto
import msgspec
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from core.printing.markup import clean, escaped

PDF = "application/pdf"
_REGULAR, _BOLD = "Roboto", "RobotoBold"
_MARGIN = 16 * mm
_LINE, _SHADE = colors.HexColor("#9aa3ad"), colors.HexColor("#eef1f4")
_SPOOL = 2_000_000
_ONE_AT_A_TIME = Lock()
"""Fonts of reportlab are shared by all documents; pages are made by the processor alone, so nobody waits longer."""


class Text(msgspec.Struct, frozen=True):
    """A paragraph; line breaks in the text are kept."""

    text: str
    kind: Literal["plain", "heading", "small", "centre"] = "plain"


class Pairs(msgspec.Struct, frozen=True):
    """Rows of a name and its value."""

    rows: Sequence[tuple[str, str]]
    boxed: bool = False
    """In a frame of its own, as a stamp of a signature stands."""


class Table(msgspec.Struct, frozen=True):
    """A table, its head repeated on every page."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float] = ()
    """Widths of the columns in relation to one another; empty: equal."""
    right: frozenset[int] = frozenset()
    """Columns that stand to the right: numbers."""
    totals: int = 0
    """So many of the last rows are bold."""


Block = Text | Pairs | Table


class Paper(msgspec.Struct, frozen=True):
    """What is printed."""

    title: str
    blocks: Sequence[Block]
    subtitle: str = ""
    footer: str = ""
    """At the foot of every page, beside its number."""
    author: str = ""
    """In the properties of the file."""
    wide: bool = False
    """The sheet lies on its long side."""


async def pdf(paper: Paper) -> IO[bytes]:
    """The finished file, at its beginning; larger ones lie on disk. The caller closes it."""
    return await asyncio.to_thread(_write, paper)


def _write(paper: Paper) -> IO[bytes]:
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the caller closes it
    try:
        with _ONE_AT_A_TIME:
            _build(paper, spool)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _build(paper: Paper, spool: IO[bytes]) -> None:
    _fonts()
    document = SimpleDocTemplate(
        spool,
        pagesize=landscape(A4) if paper.wide else A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 6 * mm,
        title=clean(paper.title),
        author=clean(paper.author),
        lang="ru",
        invariant=1,
    )
    story = [Paragraph(_marked(paper.title), _style("title"))]
    if paper.subtitle:
        story.append(Paragraph(_marked(paper.subtitle), _style("centre")))
    for block in paper.blocks:
        story += [Spacer(1, 3 * mm), _flowable(block, document.width)]
    document.build(story, canvasmaker=lambda *args, **options: _Numbered(paper.footer, *args, **options))


def _flowable(block: Block, width: float) -> Any:
    if isinstance(block, Text):
        return Paragraph(_marked(block.text), _style(block.kind))
    return _pairs(block, width) if isinstance(block, Pairs) else _table(block, width)


def _pairs(pairs: Pairs, width: float) -> Any:
    rows = [
        [Paragraph(_marked(text), _style(kind)) for text, kind in zip(row, ("name", "cell"), strict=True)]
        for row in pairs.rows
    ]
    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    style.append(("BOX", (0, 0), (-1, -1), 1, _LINE) if pairs.boxed else ("LINEBELOW", (0, 0), (-1, -1), 0.25, _SHADE))
    return _laid(rows, (0.36 * width, 0.64 * width), style, heads=0)


def _table(table: Table, width: float) -> Any:
    shares = table.shares or [1.0] * len(table.head)
    if any(len(row) != len(table.head) for row in [*table.rows, shares]):
        raise ValueError("rows and shares have as many columns as the head")
    kinds = ["number" if column in table.right else "cell" for column in range(len(table.head))]
    plain = len(table.rows) - table.totals
    rows = [[Paragraph(_marked(text), _style("head")) for text in table.head]]
    for index, row in enumerate(table.rows):
        bold = "bold_" if index >= plain else ""
        rows.append([Paragraph(_marked(text), _style(bold + kind)) for text, kind in zip(row, kinds, strict=True)])
    style = [
        ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    return _laid(rows, [share / sum(shares) * width for share in shares], style, heads=1)


def _laid(rows: Sequence[Sequence[Any]], widths: Sequence[float], style: Sequence[Any], heads: int) -> Any:
    """A row that is higher than a page goes on upon the next one."""
    if not rows:
        return Spacer(1, 0)
    return LongTable(rows, colWidths=widths, style=TableStyle(style), repeatRows=heads, splitInRow=1, hAlign="LEFT")


def _marked(text: str) -> str:
    return escaped(text).replace("\n", "<br/>")


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(_REGULAR, font_roboto.Roboto))
    pdfmetrics.registerFont(TTFont(_BOLD, font_roboto.RobotoBold))


@cache
def _style(kind: str) -> ParagraphStyle:
    bold = _BOLD if kind in {"title", "heading", "head"} or kind.startswith("bold_") else _REGULAR
    size = {"title": 15, "heading": 12, "plain": 10, "centre": 10, "small": 8}.get(kind, 8.5)
    side = {"title": TA_CENTER, "centre": TA_CENTER, "head": TA_CENTER}.get(kind, TA_RIGHT if "number" in kind else 0)
    colour = colors.HexColor("#5b6570") if kind in {"name", "small"} else colors.black
    return ParagraphStyle(kind, fontName=bold, fontSize=size, leading=size * 1.3, alignment=side, textColor=colour)


class _Numbered(Canvas):  # type: ignore[misc] # reportlab is not typed
    """Knows at the end how many pages there are, and writes «Страница 1 из 3» on each."""

    def __init__(self, footer: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._footer = clean(footer)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            pages, total = self._pages, len(self._pages)
            self.__dict__.update(page)
            self._pages = pages
            self.setFont(_REGULAR, 8)
            self.drawString(_MARGIN, 10 * mm, self._footer)
            self.drawRightString(self._pagesize[0] - _MARGIN, 10 * mm, f"Страница {number} из {total}")
            super().showPage()
        super().save()
