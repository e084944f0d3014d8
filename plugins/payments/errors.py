"""The plugin's refusals."""

from core.sdk import ErrorKind

PERIOD_REVERSED = ErrorKind(
    "payments.period_reversed", 422, "Начало периода позже его конца", "The period ends before it begins"
)
PERIOD_FUTURE = ErrorKind("payments.period_future", 422, "Период ещё не закончился", "The period is not over yet")
PERIOD_TOO_LONG = ErrorKind("payments.period_too_long", 422, "Слишком длинный период", "The period is too long")
EMAIL_FORMAT = ErrorKind(
    "payments.email_format", 422, "Неверный адрес электронной почты", "This is not an e-mail address"
)
WITHOUT_FILE = ErrorKind(
    "payments.without_file",
    409,
    "Файл документа ещё не сформирован, повторите позже",
    "The file of the document is not ready yet, try again later",
)

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
