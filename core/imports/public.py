"""What plugins need to declare importers and validators, and to read, make and mark workbooks."""

from core.importing import Counts as Counts
from core.importing import FileRefused as FileRefused
from core.importing import Importer as Importer
from core.importing import ImportFile as ImportFile
from core.importing import Line as Line
from core.importing import Mark as Mark
from core.importing import Note as Note
from core.importing import Outcome as Outcome
from core.importing import Source as Source
from core.importing import Validator as Validator
from core.importing import validate as validate
from core.imports.errors import CELL_ERROR as CELL_ERROR
from core.imports.errors import HIDDEN_ROW as HIDDEN_ROW
from core.imports.errors import NUMBER_CELL as NUMBER_CELL
from core.imports.workbooks.cells import Cell as Cell
from core.imports.workbooks.cells import Table as Table
from core.imports.workbooks.cells import TableRow as TableRow
from core.imports.workbooks.marking import marker as marker
from core.imports.workbooks.tables import fits_workbook as fits_workbook
from core.imports.workbooks.tables import plain as plain
from core.imports.workbooks.tables import read_table as read_table
from core.imports.workbooks.templates import Column as Column
from core.imports.workbooks.templates import Template as Template
from core.imports.workbooks.templates import template as template
