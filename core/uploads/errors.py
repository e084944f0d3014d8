"""What uploads refuse."""

from core.sdk import ErrorKind

# ---- receiving
EMPTY = ErrorKind("uploads.empty", 422, "Файл пуст.", "The file is empty.")
TOO_LARGE = ErrorKind(
    "uploads.too_large",
    413,
    "Файл больше допустимого: не более {most} байт.",
    "The file is too large: at most {most} bytes.",
)
TOO_MANY = ErrorKind(
    "uploads.too_many",
    409,
    "Загружено слишком много неприкреплённых файлов: не более {most}. Прикрепите или удалите лишние.",
    "Too many files wait to be attached: at most {most}. Attach or delete some.",
)
NO_ROOM = ErrorKind(
    "uploads.no_room",
    413,
    "Неприкреплённые файлы занимают слишком много места: не более {most} байт. Прикрепите или удалите лишние.",
    "The files that wait to be attached take too much room: at most {most} bytes. Attach or delete some.",
)
METADATA = ErrorKind(
    "uploads.metadata",
    400,
    "Заголовок Upload-Metadata составлен неверно.",
    "The Upload-Metadata header is malformed.",
)
VERSION = ErrorKind(
    "uploads.version",
    412,
    "Поддерживается только версия протокола tus {version}.",
    "Only version {version} of the tus protocol is supported.",
)
CONTENT_TYPE = ErrorKind(
    "uploads.content_type",
    415,
    "Часть файла передаётся с типом application/offset+octet-stream.",
    "A part of a file must be sent as application/offset+octet-stream.",
)
WRONG_OFFSET = ErrorKind(
    "uploads.wrong_offset",
    409,
    "Файл уже получен до байта {offset}: продолжайте с него.",
    "The file has been received up to byte {offset}: go on from there.",
)
BEYOND_LENGTH = ErrorKind(
    "uploads.beyond_length",
    413,
    "Передано больше, чем объявлено: {length} байт.",
    "More was sent than was announced: {length} bytes.",
)
TOO_MANY_PARTS = ErrorKind(
    "uploads.too_many_parts",
    409,
    "Файл передан слишком мелкими частями. Загрузите его снова частями от мегабайта.",
    "The file came in too many small parts. Upload it again in parts of a megabyte or more.",
)

# ---- showing
UNFINISHED = ErrorKind(
    "uploads.unfinished",
    409,
    "Файл ещё не готов. Повторите чуть позже.",
    "The file is not ready yet. Try again a little later.",
)
NO_PREVIEW = ErrorKind(
    "uploads.no_preview",
    409,
    "Просмотр есть только у изображений PNG и JPEG и у PDF. Скачайте файл.",
    "Only PNG and JPEG images and PDF can be previewed. Download the file.",
)

# ---- attaching: what is wrong with one of the files named
UNKNOWN = ErrorKind(
    "uploads.unknown",
    422,
    "Файл не найден. Загрузите его снова",
    "There is no such file. Upload it again",
)
INCOMPLETE = ErrorKind(
    "uploads.incomplete",
    422,
    "Файл ещё загружается",
    "The file is still being uploaded",
)
REPEATED = ErrorKind("uploads.repeated", 422, "Этот файл уже указан", "This file is named twice")

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
