"""What plugins need to declare importers and validators, which run in the core, and to show what became of a file."""

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
from core.imports.schemas import ImportEntry as ImportEntry
from core.imports.schemas import ImportItem as ImportItem
from core.imports.services.showing import entries as entries
from core.imports.services.showing import one as one
