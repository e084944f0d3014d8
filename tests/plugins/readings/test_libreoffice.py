"""Templates go through LibreOffice: opened, saved in either format, and taken all the same.

Runs where `soffice` is installed, and must where ABONENT_TEST_LIBREOFFICE is set (`make test-libreoffice`).
"""

import io
import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from core.testing.cabinet import Cabinet
from tests.plugins.readings.supplier import client
from tests.plugins.readings.workbooks import checked

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None and not os.environ.get("ABONENT_TEST_LIBREOFFICE"), reason="soffice is not installed"
)
FILTERS = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "xls": "xls:MS Excel 97"}


def saved(content: bytes, folder: Path, suffix: str) -> bytes:
    """The workbook as LibreOffice saves it."""
    assert SOFFICE is not None
    source, out = folder / "in.xlsx", folder / "out"
    source.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, profile, "--headless", "--convert-to", FILTERS[suffix], "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return (out / f"in.{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", FILTERS)
async def test_a_template_saved_by_libreoffice_is_taken(supplier: Cabinet, tmp_path: Path, suffix: str) -> None:
    caller = await client(supplier)
    answer = await caller.get("/api/v1/readings/contracts/c1/templates/integral")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for row, value in ((2, "16250,16"), (3, 110), (4, "210.5")):
        book.active.cell(row, 9).value = value
    filled = io.BytesIO()
    book.save(filled)
    done = await checked(supplier, caller, saved(filled.getvalue(), tmp_path, suffix), f"показания.{suffix}")
    assert (done["state"], done["counts"]["new"], done["counts"]["refused"]) == ("ready", 2, 0), done


async def test_the_template_stays_locked_but_for_its_input(supplier: Cabinet, tmp_path: Path) -> None:
    caller = await client(supplier)
    for which in ("integral", "consumption"):
        answer = await caller.get(f"/api/v1/readings/contracts/c1/templates/{which}")
        sheet = openpyxl.load_workbook(io.BytesIO(saved(answer.content, tmp_path, "xlsx"))).active
        last = sheet.max_column
        assert sheet.protection.sheet
        locks = [sheet.cell(2, column).protection.locked for column in range(1, last + 1)]
        assert locks == [True] * (last - 1) + [False]
