"""Hostile and broken workbooks: a clear answer with a code, bounded memory and time, and the process lives.

The number of mutations: ABONENT_FUZZ (1,000 by default; `make fuzz` runs many more), the seed: ABONENT_TEST_SEED.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.imports.public import FileRefused, Source
from core.imports.workbooks import xls_child
from core.testing.cabinet import Cabinet
from plugins.readings.importers import read_integral
from tests.plugins.readings import hostile
from tests.plugins.readings.supplier import client
from tests.plugins.readings.workbooks import checked, entries, filled, remarks, template_rows, upload, xls, xlsx

MUTATIONS = int(os.environ.get("ABONENT_FUZZ", "1000"))
SEED = os.environ.get("ABONENT_TEST_SEED", "20260125")
MEMORY = 150
"""Megabytes that all the mutations together may add to the process."""
SECONDS = 20
"""That one file may take."""
HEADINGS = [
    "Код ЭО",
    "Наименование ЭО",
    "Статус ЭО",
    "Номер ПУ",
    "Наименование ИК",
    "Измеряемая величина",
    "Шкала",
    "Предыдущие показания",
    "Текущие показания",
]
ROWS: list[list[Any]] = [
    HEADINGS,
    *[
        [f"1018691{n}_1", f"Объект {n}", "Ожидание", f"0560{n:04}", "Ввод 1", "А+", "День", "100", f"{110 + n},5"]
        for n in range(5)
    ],
]


class Peak:
    """How many megabytes the process has needed at its highest since this was made."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._before = self._highest()

    def _highest(self) -> int:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) // 1024

    @property
    def growth(self) -> int:
        return self._highest() - self._before


def outcome_of(content: bytes, folder: Path, name: str = "file.xlsx") -> list[str]:
    """Reads a workbook to its end: the codes of its refusal, nothing for units."""
    path = folder / name
    path.write_bytes(content)
    began = time.monotonic()
    codes: list[str] | None = []
    try:
        for _ in read_integral(Source(path, name, path.suffix, len(content), folder)):
            pass
    except FileRefused as refused:
        codes = [note.code for note in refused.notes] or None
    assert codes is not None
    assert time.monotonic() - began < SECONDS
    return codes


def test_mutated_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    good = xlsx(ROWS)
    parts = hostile.parts_of(good)
    outcome_of(good, tmp_path)
    peak, met = Peak(), dict[str, int]()
    for number in range(MUTATIONS):
        source = random.Random(f"{SEED}-{number}")
        content = hostile.mutated(good, parts, source)
        try:
            found = outcome_of(content, tmp_path)
        except Exception as error:  # any other exception would be a 500
            raise AssertionError(f"mutation {number} of ABONENT_TEST_SEED={SEED}") from error
        met[found[0] if found else "read"] = met.get(found[0] if found else "read", 0) + 1
    print(met)
    assert peak.growth < MEMORY
    assert met["read"] > MUTATIONS // 20
    assert met["imports.workbook_broken"] > MUTATIONS // 20


def test_mutated_old_workbooks_are_read_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, path = xls(ROWS), tmp_path / "file.xls"
    for number in range(MUTATIONS // 5):
        path.write_bytes(hostile.bytes_(good, random.Random(f"{SEED}-{number}")))
        try:  # as the child does, without the time that a process takes to start
            xls_child.main(str(path), 64, 50_000)
        except (MemoryError, Exception):
            continue
        finally:
            capsys.readouterr()
    for number in range(12):  # and as a whole
        content = hostile.bytes_(good, random.Random(f"{SEED}-{number}"))
        if content.startswith(good[:8]):
            outcome_of(content, tmp_path, "file.xls")


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (hostile.zip_bomb, ["imports.workbook_too_large"]),
        (hostile.entity_bomb, ["imports.workbook_broken"]),
        (hostile.external_entity, ["imports.workbook_broken"]),
        (hostile.with_macros, ["imports.workbook_macros"]),
        (hostile.lying_sizes, ["imports.workbook_broken"]),
        (hostile.far_cell, []),
        (lambda content: content[: len(content) // 2], ["imports.workbook_broken"]),
        (lambda content: hostile.encrypted(), ["imports.workbook_encrypted"]),
    ],
    ids=["zip bomb", "entity bomb", "external entity", "macros", "lying sizes", "XFD1048576", "truncated", "password"],
)
def test_a_hostile_workbook_is_refused_by_name(make: Any, codes: list[str], tmp_path: Path) -> None:
    content, peak = make(xlsx(ROWS)), Peak()
    assert outcome_of(content, tmp_path) == codes
    assert peak.growth < MEMORY


def test_too_many_rows_and_a_wrong_extension(tmp_path: Path) -> None:
    rows = b"".join(b'<row><c t="inlineStr"><is><t>%d</t></is></c></row>' % number for number in range(100_100))
    many = hostile.with_sheet(xlsx(ROWS), lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert outcome_of(many, tmp_path) == ["imports.too_many_rows"]
    assert outcome_of(xls(ROWS), tmp_path, "file.xlsx") == []
    assert outcome_of(xlsx(ROWS), tmp_path, "file.xls") == []


def test_the_reader_of_old_workbooks_may_not_have_more_memory_than_its_limit(tmp_path: Path) -> None:
    script = f"import runpy, resource; m = runpy.run_path({xls_child.__file__!r}); m['limit'](); bytearray(2 * 10**9)"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr


async def test_over_http_a_hostile_workbook_is_a_rejected_file_and_the_cabinet_lives(supplier: Cabinet) -> None:
    caller = await client(supplier)
    good = xlsx(filled(await template_rows(caller), {("05601313", "Круглосуточный"): "16250,16"}))
    parts = hostile.parts_of(good)
    contents = [hostile.mutated(good, parts, random.Random(f"{SEED}-http-{number}")) for number in range(40)]
    contents += [hostile.entity_bomb(good), hostile.with_macros(good), hostile.encrypted(), good[:2000]]
    states = set()
    for number, content in enumerate(contents):
        answer = await upload(caller, content)
        if answer.status_code == 422:
            assert answer.json()["code"] in ("imports.wrong_content", "imports.empty_file"), number
            continue
        assert answer.status_code == 201, (number, answer.text)
        await supplier.drain()
        item = (await caller.get(f"/api/v1/imports/{answer.json()['id']}")).json()
        assert item["state"] in ("ready", "rejected"), (number, item)
        assert item["state"] == "ready" or item["notes"], number
        for one in await entries(caller, item["id"]):
            assert one["state"] != "refused" or all(row for _, row, _ in remarks(one)), (number, one)
        marked = await caller.get(f"/api/v1/imports/{item['id']}/marked")
        assert marked.status_code in (200, 409)
        states.add(item["state"])
        assert (await caller.delete(f"/api/v1/imports/{item['id']}")).status_code == 204
    assert states == {"ready", "rejected"}


async def test_merged_cells_and_texts_like_numbers(supplier: Cabinet) -> None:
    caller = await client(supplier)
    values = {("05601313", "Круглосуточный"): "0016250", ("05601314", "День"): "110"}

    def merge(sheet: Any) -> None:
        sheet.merge_cells("I3:I4")

    done = await checked(supplier, caller, xlsx(filled(await template_rows(caller), values), merge))
    first, second = await entries(caller, done["id"])
    assert (first["state"], first["lines"][0]["given"]) == ("new", "0016250")
    assert remarks(second) == [("required", 4, "I")]
    spaced = await checked(
        supplier, caller, xlsx(filled(await template_rows(caller), {("05601313", "Круглосуточный"): "16 250"}))
    )
    (refused,) = await entries(caller, spaced["id"], state="refused")
    assert remarks(refused) == [("readings.value_format", 2, "I")]


def test_numbers_pass_through_no_float(tmp_path: Path) -> None:
    rows: list[list[Any]] = [ROWS[0], [*ROWS[1][:8], 16249.16], [*ROWS[2][:8], 0.1 + 0.2], [*ROWS[3][:8], 123456789012]]
    path = tmp_path / "file.xlsx"
    path.write_bytes(xlsx(rows))
    units = list(read_integral(Source(path, "file.xlsx", ".xlsx", 1, tmp_path)))
    assert [unit.rows[0].given for unit in units] == ["16249.16", "0.3", "123456789012"]
    old = tmp_path / "file.xls"
    old.write_bytes(xls(rows))
    units = list(read_integral(Source(old, "file.xls", ".xls", 1, tmp_path)))
    assert [unit.rows[0].given for unit in units] == ["16249.16", "0.3", "123456789012"]
