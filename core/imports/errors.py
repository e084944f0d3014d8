"""What imports refuse."""

from core.sdk import ErrorKind

# ---- calls
NOT_OFFERED = ErrorKind(
    "imports.not_offered",
    409,
    "По этому договору файлы «{title}» не принимаются.",
    "Files “{title}” are not accepted for this contract.",
)
NOT_ADMITTED = ErrorKind("imports.not_admitted", 409, "{reason}", "{reason}")
"""The importer's own refusal for now; its code is the parameter `reason_code`."""
WRONG_SUFFIX = ErrorKind(
    "imports.wrong_suffix",
    422,
    "Файл «{name}» не принят: нужен файл {suffixes}.",
    "The file “{name}” is not accepted: its name must end with {suffixes}.",
)
WRONG_CONTENT = ErrorKind(
    "imports.wrong_content",
    422,
    "Содержимое файла «{name}» не соответствует его расширению.",
    "The content of “{name}” is not what its name says.",
)
EMPTY_FILE = ErrorKind("imports.empty_file", 422, "Файл «{name}» пуст.", "The file “{name}” is empty.")
FILE_TOO_LARGE = ErrorKind(
    "imports.file_too_large",
    413,
    "Файл больше допустимого: не более {megabytes} МБ.",
    "The file is too large: at most {megabytes} MB.",
)
TOO_MANY_FILES = ErrorKind(
    "imports.too_many_files",
    409,
    "Загружено слишком много неотправленных файлов: не более {most}. Отправьте или удалите лишние.",
    "Too many files wait: at most {most}. Send or delete some.",
)
NOT_NOW = ErrorKind(
    "imports.not_now",
    409,
    "Сейчас это действие с файлом невозможно: {state}.",
    "Not possible with this file now: it is “{state}”.",
)
NOTHING_NEW = ErrorKind(
    "imports.nothing_new",
    409,
    "В файле нет ни одного нового значения, отправлять нечего.",
    "The file holds nothing new to send.",
)
NOT_WITHDRAWABLE = ErrorKind(
    "imports.not_withdrawable",
    409,
    "Отозвать нельзя: данные файла уже приняты или не подлежат отзыву.",
    "Cannot be withdrawn: accepted already, or of a kind that stays.",
)
NO_MARKED_COPY = ErrorKind(
    "imports.no_marked_copy",
    409,
    "Для этого файла нет копии с пометками.",
    "There is no marked copy of this file.",
)

# ---- what becomes of a file
PERMISSION_GONE = ErrorKind(
    "imports.permission_gone",
    403,
    "У отправителя больше нет прав на передачу по договору.",
    "The sender no longer holds the permission on the contract.",
)
TOO_MANY_UNITS = ErrorKind(
    "imports.too_many_units",
    422,
    "В файле слишком много записей: не более {most}.",
    "The file holds too many entries: at most {most}.",
)
NOTHING_FILLED = ErrorKind(
    "imports.nothing_filled", 422, "В файле не заполнено ни одного значения.", "No value is filled in."
)
READING_FAILED = ErrorKind(
    "imports.reading_failed",
    500,
    "Файл не удалось обработать из-за ошибки кабинета. Сообщите в поддержку.",
    "The cabinet failed on this file. Tell support.",
)
SENDING_FAILED = ErrorKind(
    "imports.sending_failed",
    500,
    "Отправка прервана из-за ошибки кабинета. Отправьте файл ещё раз: уже переданное не повторится.",
    "The sending was interrupted by an error. Order it again: nothing is sent twice.",
)

# ---- workbooks
WORKBOOK_BROKEN = ErrorKind(
    "imports.workbook_broken",
    422,
    "Файл повреждён или не является книгой Excel. Откройте его в Excel и сохраните заново.",
    "The file is damaged or no Excel workbook. Open it in Excel and save it again.",
)
WORKBOOK_ENCRYPTED = ErrorKind(
    "imports.workbook_encrypted",
    422,
    "Книга защищена паролем. Снимите пароль на открытие и загрузите файл ещё раз.",
    "The workbook is protected by a password. Remove it and upload the file again.",
)
WORKBOOK_MACROS = ErrorKind(
    "imports.workbook_macros",
    422,
    "Книга содержит макросы. Сохраните её как обычную книгу Excel (.xlsx) без макросов.",
    "The workbook holds macros. Save it as an ordinary .xlsx without them.",
)
WORKBOOK_TOO_LARGE = ErrorKind(
    "imports.workbook_too_large",
    422,
    "Содержимое книги слишком велико. Заполняйте шаблон и не добавляйте в него лишнего.",
    "The content of the workbook is too large. Fill in the template and add nothing else.",
)
TOO_MANY_ROWS = ErrorKind(
    "imports.too_many_rows", 422, "В книге слишком много строк: не более {most}.", "Too many rows: at most {most}."
)
COLUMNS_MISSING = ErrorKind(
    "imports.columns_missing",
    422,
    "В книге нет столбцов: {columns}. Заполните шаблон, не переименовывая его столбцы.",
    "The workbook lacks the columns: {columns}. Fill in the template and rename none of its columns.",
)
FORMULA = ErrorKind(
    "imports.formula", 422, "В ячейке формула: введите значение", "The cell holds a formula: enter the value"
)
CELL_ERROR = ErrorKind(
    "imports.cell_error",
    422,
    "В ячейке не число и не текст: введите значение",
    "The cell holds neither a number nor a text: enter the value",
)
DATE_CELL = ErrorKind(
    "imports.date_cell",
    422,
    "Excel превратил значение в дату: задайте ячейке текстовый формат и введите значение заново",
    "Excel has turned the value into a date: format the cell as text and enter the value again",
)
NUMBER_CELL = ErrorKind(
    "imports.number_cell",
    422,
    "Обозначение введено числом, нули в начале потеряны: возьмите строку из шаблона",
    "The identifier was entered as a number and has lost its leading zeros: take the row from the template",
)
HIDDEN_ROW = ErrorKind(
    "imports.hidden_row",
    422,
    "Строка скрыта, но её значение учтено",
    "The row is hidden; its value counts all the same",
)

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
