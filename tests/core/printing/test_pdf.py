"""PDF pages, as poppler's readers see them."""

import subprocess
from pathlib import Path

import pytest

from core.printing.public import Pairs, Paper, Table, Text, pdf


async def printed(paper: Paper, folder: Path) -> Path:
    file = folder / "paper.pdf"
    with await pdf(paper) as made:
        file.write_bytes(made.read())
    return file


def read(tool: str, *arguments: str) -> str:
    return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


def text(file: Path) -> str:
    return read("pdftotext", "-layout", str(file), "-")


async def test_russian_text_is_printed_with_an_embedded_font(tmp_path: Path) -> None:
    blocks = (
        Text("Стороны сверили расчёты.\nВозражений нет."),
        Pairs((("Договор", "78000000012345"), ("Сумма", "1 234,50 ₽"))),
        Table(("Дата", "Сумма"), (("01.02.2026", "100,00"), ("Итого", "100,00")), right=frozenset({1}), totals=1),
        Pairs((("Подписал", "Иванов И. И."),), boxed=True),
    )
    file = await printed(Paper("Акт сверки № 5", blocks, footer="ООО «Ромашка»", author="Энергосбыт"), tmp_path)
    found = text(file)
    for part in ("Акт сверки № 5", "Возражений нет.", "78000000012345", "1 234,50 ₽", "Итого", "Иванов И. И."):
        assert part in found
    assert "ООО «Ромашка»" in found
    assert "Страница 1 из 1" in found
    fonts = read("pdffonts", str(file)).splitlines()[2:]
    assert any("Roboto-Regular" in line for line in fonts)
    assert any("Roboto-Bold" in line for line in fonts)
    for line in (line for line in fonts if "Roboto" in line):
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, a subset, with a map to Unicode
    assert "Акт сверки № 5" in read("pdfinfo", str(file))


async def test_a_table_goes_over_pages_with_its_head(tmp_path: Path) -> None:
    rows = [(str(number), f"строка {number}") for number in range(300)]
    found = text(await printed(Paper("Ведомость", (Table(("№", "Наименование"), rows),)), tmp_path))
    pages = found.split("\f")[:-1]
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert "Наименование" in page
        assert f"Страница {number} из {len(pages)}" in page
    assert all(f"строка {number}\n" in found for number in range(300))


async def test_texts_are_printed_and_never_obeyed(tmp_path: Path) -> None:
    evil = '<img src="file:///etc/passwd"/><b>x</b> &amp; \x00\x1b</para>'
    blocks = (Text(evil), Pairs(((evil, evil),)), Table((evil,), ((evil,),)))
    found = text(await printed(Paper(evil, blocks, subtitle=evil, footer=evil, author=evil, wide=True), tmp_path))
    assert found.count("<b>x</b> &amp;") >= 6
    assert "root:" not in found


async def test_what_is_longer_than_a_page_goes_on(tmp_path: Path) -> None:
    words = " ".join(f"слово{number}" for number in range(2500))
    blocks = (Text(words), Pairs((("Текст", words),)), Table(("Текст", "№"), ((words, "1"),)), Text("я" * 3000))
    found = text(await printed(Paper("Длинное", blocks), tmp_path))
    assert all(found.count(f"слово{number}") == 3 for number in (1000, 1999, 2498))


async def test_the_same_paper_gives_the_same_bytes(tmp_path: Path) -> None:
    paper = Paper("Пусто", (Pairs(()), Table(("А",), ())))
    first = (await printed(paper, tmp_path)).read_bytes()
    assert (await printed(paper, tmp_path)).read_bytes() == first


async def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="as many columns"):
        await pdf(Paper("x", (Table(("А", "Б"), (("1",),)),)))
