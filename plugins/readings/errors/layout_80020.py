"""What can be wrong with a file of layout 80020: with its structure, or with one metering point of it."""

from core.sdk import ErrorKind

# ---- the structure: nothing of the file is loaded
XML_MALFORMED = ErrorKind(
    "readings.xml_malformed", 422, "Файл повреждён: это не правильный XML", "The file is not well-formed XML"
)
XML_FORBIDDEN = ErrorKind(
    "readings.xml_forbidden",
    422,
    "Файл содержит объявление DOCTYPE: такие файлы не принимаются",
    "The file declares a DOCTYPE, which is not accepted",
)
XML_TOO_LARGE = ErrorKind(
    "readings.xml_too_large",
    422,
    "Файл слишком велик: содержимое больше {limit} МБ",
    "The file is too large: its content exceeds {limit} MB",
)
ELEMENT_TOO_LARGE = ErrorKind(
    "readings.xml_element_too_large",
    422,
    "Часть файла слишком велика для одной точки учёта",
    "A part of the file is too large for one metering point",
)
WRONG_LAYOUT = ErrorKind(
    "readings.wrong_layout",
    422,
    "Ожидается макет {expected}, в файле — «{found}»",
    "Layout {expected} is expected, the file is «{found}»",
)
NO_NUMBER = ErrorKind("readings.no_message_number", 422, "У сообщения нет номера (number)", "The message has no number")
NO_SENDER = ErrorKind("readings.no_sender", 422, "Не указан ИНН отправителя", "The sender's INN is missing")
NO_POINTS = ErrorKind("readings.no_points", 422, "В файле нет ни одной точки учёта", "The file holds no metering point")
TOO_MANY_POINTS = ErrorKind(
    "readings.too_many_points",
    422,
    "В файле больше {limit} точек учёта: разделите его",
    "The file holds more than {limit} metering points: split it",
)

ARCHIVE_BROKEN = ErrorKind("readings.archive_broken", 422, "Архив повреждён", "The archive is damaged")
ARCHIVE_EMPTY = ErrorKind("readings.archive_empty", 422, "В архиве нет файлов .xml", "The archive holds no .xml file")
ARCHIVE_LOCKED = ErrorKind(
    "readings.archive_locked", 422, "Архив защищён паролем", "The archive is protected by a password"
)
ARCHIVE_TOO_MANY = ErrorKind(
    "readings.archive_too_many",
    422,
    "В архиве больше {limit} файлов",
    "The archive holds more than {limit} files",
)

# ---- one metering point or channel: the others are loaded
DAY_FORMAT = ErrorKind(
    "readings.day_format", 422, "День данных указан неверно: «{value}»", "The day of the data is wrong: «{value}»"
)
DAY_FUTURE = ErrorKind(
    "readings.day_future", 422, "День данных ещё не закончился: {day}", "The day of the data is not over: {day}"
)
TIMEZONE = ErrorKind("readings.timezone", 422, "Неизвестный часовой пояс «{value}»", "Unknown time zone «{value}»")
POINT_CODE = ErrorKind("readings.point_code", 422, "У точки учёта не указан код", "The metering point has no code")
POINT_UNKNOWN = ErrorKind(
    "readings.point_unknown",
    422,
    "Точки учёта с кодом «{code}» нет в договоре",
    "The contract has no metering point with the code «{code}»",
)
POINT_AMBIGUOUS = ErrorKind(
    "readings.point_ambiguous",
    422,
    "В договоре несколько точек учёта с кодом «{code}»",
    "The contract has several metering points with the code «{code}»",
)
POINT_REPEATED = ErrorKind(
    "readings.point_repeated",
    422,
    "Точка учёта «{code}» встречается в файле второй раз",
    "The metering point «{code}» occurs twice in the file",
)
NOT_A_POINT = ErrorKind(
    "readings.not_a_point",
    422,
    "Группы поставки и перетоки не загружаются, только точки учёта",
    "Delivery groups and flows are not loaded, only metering points",
)
NO_CHANNELS = ErrorKind(
    "readings.no_channels", 422, "У точки учёта нет каналов измерения", "The metering point has no channels"
)
CHANNEL_CODE = ErrorKind(
    "readings.channel_code",
    422,
    "Неизвестный канал «{value}»: бывают 01, 02, 03 и 04",
    "Unknown channel «{value}»: there are 01, 02, 03 and 04",
)
CHANNEL_REPEATED = ErrorKind(
    "readings.channel_repeated", 422, "Канал {channel} указан дважды", "The channel {channel} is given twice"
)
PERIOD_FORMAT = ErrorKind(
    "readings.period_format",
    422,
    "Неверные границы периода: «{start}»–«{end}»",
    "Wrong bounds of a period: «{start}»–«{end}»",
)
PERIOD_REPEATED = ErrorKind(
    "readings.period_repeated",
    422,
    "Период {start} указан дважды или перекрывается",
    "The period {start} is given twice or overlaps",
)
PERIOD_ABSENT = ErrorKind(
    "readings.period_absent",
    422,
    "Нет данных за {count} из {periods} периодов, первый — {start}",
    "{count} of {periods} periods are absent, the first is {start}",
)
VALUE_ABSENT = ErrorKind(
    "readings.value_absent",
    422,
    "Период {start}: значение не указано",
    "Period {start}: there is no value",
)
VALUE_NUMBER = ErrorKind(
    "readings.value_number",
    422,
    "Период {start}: «{value}» — не число от нуля",
    "Period {start}: «{value}» is not a number from zero",
)
VALUE_STATUS = ErrorKind(
    "readings.value_status",
    422,
    "Период {start}: неизвестный признак status «{value}»",
    "Period {start}: unknown status «{value}»",
)
POINT_REFUSED = ErrorKind(
    "readings.point_refused",
    422,
    "Не загружено: ошибки в других каналах точки учёта",
    "Not loaded: other channels of the metering point are wrong",
)

MESSAGE_REPEATED = ErrorKind(
    "readings.message_repeated",
    422,
    "Сообщение № {number} этого отправителя за {day} уже загружалось",
    "The message no. {number} of this sender for {day} was loaded before",
)
NO_VALUES = ErrorKind(
    "readings.no_values", 422, "Нет ни одного значения за день", "There is no value for the whole day"
)

NO_RECEIPT_YET = ErrorKind(
    "readings.no_receipt_yet",
    409,
    "Файл ещё обрабатывается: квитанции пока нет",
    "The file is being processed: there is no receipt yet",
)
RANGE_TOO_LONG = ErrorKind(
    "readings.range_too_long", 422, "Не больше {days} дней за один раз", "At most {days} days at a time"
)

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
BY_CODE = {kind.code: kind for kind in ERRORS}
