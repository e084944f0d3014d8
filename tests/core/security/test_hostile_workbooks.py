"""Small files that unpack into much, or keep the processor busy: refused in little memory and little time."""

import io
import os
import random
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from core.importing import FileRefused, Source
from core.imports.workbooks import xls_child
from core.imports.workbooks.cells import NumberCell, number_text
from core.imports.workbooks.tables import read_table

SHEET = "xl/worksheets/sheet1.xml"
OPENED = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
MANY = b"<c/>" * 5_000
HEADINGS = '<row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c><c r="B1" t="inlineStr"><is><t>B</t></is></c></row>'
ROWS = HEADINGS.encode() + b'<row r="2"><c r="A2"><v>1</v></c></row>'


def noisy(pieces: int) -> Iterator[bytes]:
    """Elements that say nothing, with so much chance among them that they pack no better than honest ones."""
    chance = random.Random(1)
    for _ in range(pieces):
        yield MANY + b"<d>%x</d>" % chance.getrandbits(2_000)


def made(folder: Path, parts: dict[str, bytes]) -> Source:
    """An honest workbook in which some parts are replaced."""
    book, plain = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["A", "B"])
    book.save(plain)
    path = folder / "made.xlsx"
    with zipfile.ZipFile(plain) as honest, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in dict.fromkeys([*honest.namelist(), *parts]):
            packed.writestr(name, parts.get(name) or honest.read(name))
    return Source(path, "made.xlsx", ".xlsx", path.stat().st_size, folder)


def read(source: Source) -> int:
    """How many rows the table has."""
    return len(list(read_table(source, ["A", "B"])[1]))


def sheet(before: bytes = b"", inside: bytes = b"", after: bytes = b"") -> bytes:
    """A sheet with something before its rows, in one of them, or behind them."""
    row = b'<row r="3">' + inside + b"</row>"
    return OPENED + before + b"<sheetData>" + ROWS + row + b"</sheetData>" + after + b"</worksheet>"


@pytest.mark.parametrize("place", ["before", "inside"])
def test_what_is_no_row_does_not_fill_the_memory(tmp_path: Path, place: str) -> None:
    junk = b"".join(noisy(1_000))
    source = made(tmp_path, {SHEET: sheet(**{place: junk})})
    program = (
        "import resource, sys; from pathlib import Path;"
        "from core.importing import FileRefused, Source; from core.imports.workbooks.tables import read_table;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: list(read_table(Source(Path(sys.argv[1]), 'a', '.xlsx', 1, Path('.')), ['A', 'B'])[1])\n"
        "except FileRefused as refused: print(refused, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(source.path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    reason, kilobytes = done.stdout.split()
    assert reason == "imports.workbook_too_large"
    assert int(kilobytes) < 150_000, "20 MB of such XML were 650 MB of memory"


def test_shared_texts_do_not_fill_the_memory_with_what_is_no_text(tmp_path: Path) -> None:
    texts = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"".join(noisy(200)) + b"</sst>"
    )
    with pytest.raises(FileRefused, match="too_large"):
        read(made(tmp_path, {SHEET: sheet(), "xl/sharedStrings.xml": texts}))


def test_what_follows_the_rows_is_not_read(tmp_path: Path) -> None:
    source = made(tmp_path, {SHEET: sheet(after=b"".join(noisy(200)))})
    tracemalloc.start()
    assert read(source) == 1
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_format_of_numbers_does_not_keep_the_processor_busy(tmp_path: Path) -> None:
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 900_000}"/></numFmts>'
        '<cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'
    )
    started = time.process_time()
    assert read(made(tmp_path, {SHEET: sheet(), "xl/styles.xml": styles.encode()})) == 1
    assert time.process_time() - started < 5, "the square of the length was twenty minutes"


def test_digits_of_other_scripts_are_no_numbers_of_ours() -> None:
    assert not isinstance(number_text("²"), NumberCell)
    assert isinstance(number_text("2"), NumberCell)


def test_the_process_that_reads_a_strangers_file_does_not_know_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABONENT_SECRET_KEY", "a secret that must not get out")
    spy, seen = tmp_path / "spy.py", tmp_path / "seen"
    spy.write_text(f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))")
    monkeypatch.setattr(xls_child, "__file__", str(spy))
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(FileRefused):
        read(Source(path, "old.xls", ".xls", 8, tmp_path))
    assert "ABONENT_SECRET_KEY" not in seen.read_text()
