"""What the exchange refuses: whole calls (codes with a dot) and single rows (codes without)."""

from core.sdk import ErrorKind

# ---- calls
UNKNOWN_DATASET = ErrorKind(
    "exchange.unknown_dataset", 404, "Набора данных «{dataset}» нет.", "There is no dataset “{dataset}”."
)
UNKNOWN_ENCODING = ErrorKind(
    "exchange.unknown_encoding",
    415,
    "Content-Encoding «{encoding}» не поддерживается: только gzip или без сжатия.",
    "Content-Encoding “{encoding}” is not supported: gzip or none.",
)
BROKEN_GZIP = ErrorKind(
    "exchange.broken_gzip",
    400,
    "Сжатый поток повреждён или оборван. Часть строк могла сохраниться; отправьте все снова.",
    "The gzip stream is broken or cut. Some rows may be stored; send all of them again.",
)
POSITION_BACKWARDS = ErrorKind(
    "exchange.position_backwards",
    409,
    "Уже подтверждена позиция {position}. Чтобы прочитать снова, укажите after.",
    "Position {position} is acknowledged already. Use `after` to read again.",
)
POSITION_UNKNOWN = ErrorKind(
    "exchange.position_unknown",
    422,
    "В ленте нет позиции {position}: последняя {last}.",
    "The feed has no position {position}: the last one is {last}.",
)

# ---- rows
UNKNOWN_REFERENCE = ErrorKind(
    "unknown_reference", 422, "Не загружена запись «{value}», на которую ссылается строка", "“{value}” is not loaded"
)
STILL_REFERENCED = ErrorKind(
    "still_referenced", 422, "На запись ещё ссылаются другие", "Other records still refer to this one"
)
CONSTRAINT = ErrorKind(
    "constraint", 422, "База данных не приняла строку: {reason}", "The database refused the row: {reason}"
)
LINE_TOO_LONG = ErrorKind("line_too_long", 422, "Строка длиннее {limit} байт", "The line is longer than {limit} bytes")
ROW_FAILED = ErrorKind(
    "row_failed",
    422,
    "Строку не удалось обработать из-за ошибки кабинета; сообщите в поддержку",
    "The cabinet failed on this row; tell support",
)
UNKNOWN_FACT = ErrorKind("unknown_fact", 422, "Такого факта в ленте нет", "The feed has no such fact")

ERRORS = (
    UNKNOWN_DATASET,
    UNKNOWN_ENCODING,
    BROKEN_GZIP,
    POSITION_BACKWARDS,
    POSITION_UNKNOWN,
    UNKNOWN_REFERENCE,
    STILL_REFERENCED,
    CONSTRAINT,
    LINE_TOO_LONG,
    ROW_FAILED,
    UNKNOWN_FACT,
)
