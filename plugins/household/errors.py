"""The plugin's refusals."""

from core.sdk import ErrorKind

NUMBER_FORMAT = ErrorKind(
    "household.number_format",
    422,
    "Показание — это неотрицательное число, не более {decimals} знаков после запятой",
    "A reading is a number that is not negative, with at most {decimals} digits after the point",
)
ZONE_ABSENT = ErrorKind(
    "household.zone_absent", 422, "У прибора учёта нет такой тарифной зоны", "The meter has no such zone"
)
DATE_FORMAT = ErrorKind(
    "household.date_format", 422, "Дата показания — в виде ДД.ММ.ГГГГ", "The date of a reading is DD.MM.YYYY"
)
HOUSE_NEEDED = ErrorKind("household.house_needed", 422, "Выберите адрес", "Choose an address")
NO_ACCOUNTS = ErrorKind(
    "household.no_accounts",
    409,
    "К вам не прикреплено ни одного лицевого счёта бытовых потребителей",
    "No household account is attached to you",
)
ONE_FILTER = ErrorKind(
    "household.one_filter", 422, "Фильтры применяются по одному", "Only one of the filters at a time"
)
PERIOD_REVERSED = ErrorKind(
    "household.period_reversed", 422, "Начало периода позже его конца", "The period ends before it begins"
)
PERIOD_TOO_EARLY = ErrorKind(
    "household.period_too_early",
    422,
    "История доступна с {first}",
    "The history begins on {first}",
)
NO_SCHEDULE = ErrorKind(
    "household.no_schedule",
    409,
    "Для отделения не задан период передачи показаний",
    "No period of readings is set for the branch",
)
PERIOD_CLOSED = ErrorKind(
    "household.period_closed",
    409,
    "Передача показаний доступна с {opens} по {closes}",
    "Readings are accepted from {opens} to {closes}",
)
TRANSMITTED = ErrorKind(
    "household.transmitted",
    409,
    "Показания по прибору учёта уже переданы",
    "The readings of this meter are transmitted already",
)
FILE_TRANSMITTED = ErrorKind(
    "household.file_transmitted",
    409,
    "Показания из файла уже переданы, отменить загрузку нельзя",
    "Readings of this file are transmitted already, so the file cannot be undone",
)
TRANSMITTING = ErrorKind(
    "household.transmitting",
    409,
    "Показания уже передаются, дождитесь результата",
    "A transmission is under way, wait for its result",
)
ATTACHED = ErrorKind(
    "household.attached", 409, "Лицевой счёт уже прикреплён", "The household account is attached already"
)
ONE_HOLDER = ErrorKind(
    "household.one_holder",
    422,
    "Укажите либо договор, либо адрес электронной почты клиента",
    "Name either a contract or the e-mail of a client",
)
UNKNOWN_CLIENT = ErrorKind(
    "household.unknown_client",
    422,
    "Нет клиента с таким подтверждённым адресом электронной почты",
    "There is no client with this confirmed e-mail",
)
UNKNOWN_CONTRACT = ErrorKind("household.unknown_contract", 422, "Нет такого договора", "There is no such contract")
UNKNOWN_ACCOUNT = ErrorKind(
    "household.unknown_account", 422, "Нет такого лицевого счёта", "There is no such household account"
)

# ---- rows of a workbook
ROW_UNKNOWN = ErrorKind(
    "household.row_unknown",
    422,
    "Лицевого счёта с таким номером нет среди выбранных адресов",
    "The chosen addresses have no household account of this number",
)
METER_UNKNOWN = ErrorKind(
    "household.meter_unknown",
    422,
    "У лицевого счёта нет такого прибора учёта: он мог быть заменён, скачайте шаблон заново",
    "The account has no such meter: it may have been replaced, download the template again",
)
ALTERED = ErrorKind(
    "household.altered",
    422,
    "Защищённая ячейка изменена, было: {was}",
    "A locked cell was changed, it was: {was}",
)
METER_TWICE = ErrorKind(
    "household.meter_twice", 422, "Прибор учёта указан в файле дважды", "The meter is in the file twice"
)

ERRORS = (
    NUMBER_FORMAT,
    ZONE_ABSENT,
    DATE_FORMAT,
    HOUSE_NEEDED,
    NO_ACCOUNTS,
    ONE_FILTER,
    PERIOD_REVERSED,
    PERIOD_TOO_EARLY,
    NO_SCHEDULE,
    PERIOD_CLOSED,
    TRANSMITTED,
    FILE_TRANSMITTED,
    TRANSMITTING,
    ATTACHED,
    ONE_HOLDER,
    UNKNOWN_CLIENT,
    UNKNOWN_CONTRACT,
    UNKNOWN_ACCOUNT,
    ROW_UNKNOWN,
    METER_UNKNOWN,
    ALTERED,
    METER_TWICE,
)
