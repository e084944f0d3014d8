"""The plugin's refusals, and the notices that accompany a value which is saved all the same."""

from collections.abc import Mapping

import msgspec

from core.sdk import ErrorKind
from plugins.readings.errors import layout_80020

WINDOW_CLOSED = ErrorKind(
    "readings.window_closed",
    409,
    "Сейчас показания не принимаются. {window}",
    "Readings are not accepted now. {window}",
)
NO_WINDOW = ErrorKind(
    "readings.no_window",
    409,
    "Срок передачи показаний по договору не установлен",
    "No period for readings is set for this contract",
)
STATUS_FORBIDS = ErrorKind(
    "readings.status_forbids",
    409,
    "Показания не принимаются: статус «{status}»",
    "Readings are not accepted in the status «{status}»",
)
NOTHING_SAVED = ErrorKind(
    "readings.nothing_saved",
    422,
    "Показания не сохранены: исправьте указанные ошибки",
    "Nothing was saved: correct the errors listed",
)
UNKNOWN_STATUS = ErrorKind(
    "readings.unknown_status",
    422,
    "У энергообъектов договора нет такого статуса",
    "No energy object of the contract has this status",
)

NOTHING_TO_WITHDRAW = ErrorKind(
    "readings.nothing_to_withdraw",
    409,
    "Отозвать нечего: показания уже приняты или заменены более поздними",
    "There is nothing to withdraw: the readings are accepted or replaced already",
)

PERIOD_ORDER = ErrorKind(
    "readings.period_order",
    422,
    "Месяц «С» позже месяца «По»",
    "The month «from» is later than the month «to»",
)
TOO_MANY_ROWS = ErrorKind(
    "readings.too_many_rows",
    422,
    "В книгу поместится не больше {limit} строк: выберите более короткий период",
    "A workbook holds at most {limit} rows: choose a shorter period",
)

NO_PEAK_HOURS = ErrorKind(
    "readings.no_peak_hours",
    403,
    "Часы пиковой нагрузки показываются, если в ваших договорах есть энергообъекты III–VI ценовых категорий",
    "Peak hours are shown where your contracts have energy objects of price categories III to VI",
)
PEAK_FILE_FORMAT = ErrorKind(
    "readings.peak_file_format",
    422,
    "Это не книга Excel в формате .xls, или она повреждена",
    "This is not an Excel workbook in the .xls format, or it is damaged",
)
PEAK_FILE_ROW = ErrorKind(
    "readings.peak_file_row",
    422,
    "Строка {row}: ожидаются дата, которой ещё не было, и час от 1 до 24",
    "Row {row}: a date that has not occurred yet and an hour from 1 to 24 are expected",
)
PEAK_FILE_EMPTY = ErrorKind(
    "readings.peak_file_empty",
    422,
    "В книге нет таблицы с заголовком «Дата»",
    "There is no table of dates and hours in the workbook",
)

# ---- what one device or one register may answer
VALUE_FORMAT = ErrorKind(
    "readings.value_format",
    422,
    "Введите число цифрами, без пробелов и знаков; дробную часть отделите точкой или запятой",
    "Enter a number in digits, without spaces or signs; a point or a comma separates the fraction",
)
VALUE_TOO_LONG = ErrorKind(
    "readings.value_too_long",
    422,
    "Целая часть показания длиннее шкалы прибора: не более {digits} цифр",
    "The whole part is longer than the register: at most {digits} digits",
)
VALUE_TOO_PRECISE = ErrorKind(
    "readings.value_too_precise",
    422,
    "Слишком много знаков после запятой: не более {decimals}",
    "Too many digits after the decimal separator: at most {decimals}",
)
CONSUMPTION_TOO_LARGE = ErrorKind(
    "readings.consumption_too_large",
    422,
    "Расход получается невозможно большим, проверьте показание",
    "The consumption would be impossibly large, check the reading",
)
UNKNOWN_REGISTER = ErrorKind(
    "readings.unknown_register", 422, "У прибора нет такой шкалы", "The meter has no such register"
)
DUPLICATE_REGISTER = ErrorKind(
    "readings.duplicate_register", 422, "Шкала указана дважды", "The register is given twice"
)
UNKNOWN_METER = ErrorKind(
    "readings.unknown_meter",
    422,
    "Такого прибора учёта у энергообъекта этого договора нет",
    "The energy object of this contract has no such meter",
)
UNKNOWN_POINT = ErrorKind(
    "readings.unknown_point",
    422,
    "Такой точки учёта у энергообъекта этого договора нет",
    "The energy object of this contract has no such point",
)
ALTERED_CELL = ErrorKind(
    "readings.altered_cell",
    422,
    "Значение изменено, в шаблоне было «{was}»: строки могли сместиться",
    "The cell was altered, the template says “{was}”: rows may have slipped",
)
DUPLICATE_METER = ErrorKind("readings.duplicate_meter", 422, "Прибор учёта указан дважды", "The meter is given twice")
DUPLICATE_POINT = ErrorKind("readings.duplicate_point", 422, "Точка учёта указана дважды", "The point is given twice")
FIXED_CONSUMPTION = ErrorKind(
    "readings.fixed_consumption",
    422,
    "Фиксированный расход (ПУ не установлен): по этой точке ничего передавать не нужно",
    "The consumption of this point is fixed (no device is installed): nothing is to be sent",
)
METERED_POINT = ErrorKind(
    "readings.metered_point",
    422,
    "На точке установлен прибор учёта: передают его показания, а не расход",
    "The point has a device: its readings are sent, not a consumption",
)

# ---- of the company's rows
NOT_A_MONTH = ErrorKind(
    "readings.not_a_month", 422, "Месяц задаётся своим первым днём", "A month is given by its first day"
)
NEGATIVE = ErrorKind("readings.negative", 422, "Показание не бывает отрицательным", "A reading is never negative")
UNKNOWN_ID = ErrorKind(
    "readings.unknown_id", 422, "Такого энергообъекта или прибора учёта нет", "There is no such energy object or device"
)
WINDOW_ORDER = ErrorKind(
    "readings.window_order", 422, "Последний день раньше первого", "The last day is before the first"
)
RANGE_ORDER = ErrorKind(
    "readings.range_order", 422, "Часы указаны не по порядку или пересекаются", "Hours are out of order or overlap"
)

ERRORS: tuple[ErrorKind, ...] = (
    *(value for value in list(globals().values()) if isinstance(value, ErrorKind)),
    *layout_80020.ERRORS,
)


class Notice(msgspec.Struct, frozen=True):
    """A remark on a saved value: a stable code and a sentence. Nothing was refused."""

    code: str
    ru: str
    en: str


NO_PREVIOUS = Notice(
    "readings.no_previous",
    "Предыдущее показание неизвестно: расход рассчитает сбытовая компания",
    "The previous reading is unknown: the supplier will calculate the consumption",
)
NO_CONSUMPTION = Notice(
    "readings.no_consumption",
    "Показание равно предыдущему: расход равен 0",
    "The reading equals the previous one: the consumption is 0",
)
ROLLED_OVER = Notice(
    "readings.rolled_over",
    "Показание меньше предыдущего: расход рассчитан с переходом счётчика через ноль",
    "The reading is below the previous one: the register is taken to have rolled over",
)
BELOW_PREVIOUS = Notice(
    "readings.below_previous",
    "Показание меньше предыдущего: исправьте его или подтвердите переход счётчика через ноль",
    "The reading is below the previous one: correct it or confirm that the register rolled over",
)

NOTICES: Mapping[str, Notice] = {
    notice.code: notice for notice in list(globals().values()) if isinstance(notice, Notice)
}
