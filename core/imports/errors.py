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

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
