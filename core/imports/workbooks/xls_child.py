"""Reads one `.xls` in a process of its own: xlrd holds the whole book in memory, and this process may not have much.

Run by path, without anything of the cabinet: prints a JSON array a line: the sheets' titles, then for each sheet its
rows `[sheet, row, hidden, [[column, kind, text], ...]]`. Exit codes: 3 encrypted, 4 too large, 5 broken.
"""

import json
import resource
import sys

MEMORY = 700 * 1024 * 1024
SECONDS = 30
ENCRYPTED, TOO_LARGE, BROKEN = 3, 4, 5
DATE, BOOLEAN, ERROR, TEXT, NUMBER = 3, 4, 5, 1, 2


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(path: str, columns: int, rows: int) -> None:
    import xlrd

    class Silent:
        def write(self, _: str) -> None: ...

    book = xlrd.open_workbook(path, logfile=Silent(), on_demand=True, ragged_rows=True, formatting_info=False)
    out = sys.stdout
    print(json.dumps(book.sheet_names()[:50]), file=out)
    count = 0
    for index in range(min(book.nsheets, 50)):
        sheet = book.sheet_by_index(index)
        for number in range(sheet.nrows):
            cells = [
                [column, int(cell.ctype), written(cell.ctype, cell.value)]
                for column, cell in enumerate(sheet.row(number)[:columns])
                if cell.ctype not in (0, 6) and cell.value != ""
            ]
            if not cells:
                continue
            count += 1
            if count > rows:
                sys.exit(TOO_LARGE)
            info = sheet.rowinfo_map.get(number)
            print(json.dumps([index, number + 1, bool(info and info.hidden), cells]), file=out)
        book.unload_sheet(index)


def written(kind: int, value: object) -> str:
    if kind == NUMBER and isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)[:2000]


if __name__ == "__main__":
    limit()
    try:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    except MemoryError:
        sys.exit(TOO_LARGE)
    except Exception as error:
        sys.exit(ENCRYPTED if "encrypt" in str(error).lower() or "password" in str(error).lower() else BROKEN)
