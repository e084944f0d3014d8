"""The plugin's refusals."""

from core.sdk import ErrorKind

PERIOD_REVERSED = ErrorKind(
    "isu.period_reversed", 422, "Начало периода позже его конца", "The period ends before it begins"
)
PERIOD_OF_MONTHS = ErrorKind(
    "isu.period_of_months",
    422,
    "Для этого типа архива укажите месяцы: ММ.ГГГГ – ММ.ГГГГ",
    "Give months for this type of archive: 2026-01",
)
PERIOD_OF_DATES = ErrorKind(
    "isu.period_of_dates",
    422,
    "Для этого типа архива укажите даты: ДД.ММ.ГГГГ – ДД.ММ.ГГГГ",
    "Give days for this type of archive: 2026-01-25",
)
PERIOD_TOO_LONG = ErrorKind(
    "isu.period_too_long", 422, "Период не может быть длиннее {days} дней", "A period may not exceed {days} days"
)
FORM_OF_PROFILES = ErrorKind(
    "isu.form_of_profiles",
    422,
    "Формат Green Button есть только у архива профиля нагрузки",
    "Only archives of the load profile come as Green Button",
)
ARCHIVE_TOO_LARGE = ErrorKind(
    "isu.archive_too_large",
    409,
    "Архив больше {days} дней формируется по заказу. Закажите его, мы сообщим о готовности",
    "An archive of more than {days} days is made to order",
)
ARCHIVE_NOT_READY = ErrorKind(
    "isu.archive_not_ready",
    409,
    "Архив ещё не сформирован, повторите позже",
    "The archive is not ready yet, try again later",
)

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
