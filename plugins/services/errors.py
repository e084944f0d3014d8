"""What services refuse."""

from core.sdk import ErrorKind

SWITCHED_OFF = ErrorKind(
    "services.switched_off",
    409,
    "Эта услуга больше не предоставляется.",
    "This service is not offered any more.",
)
NOT_NOW = ErrorKind(
    "services.not_now",
    409,
    "Заказ в статусе «{status}»: это действие невозможно.",
    "The order's status “{status}” does not allow this.",
)
TAKEN = ErrorKind("services.taken", 409, "Услуга с таким кодом уже есть.", "There is a service with this id already.")
BAD_FORM = ErrorKind(
    "services.bad_form",
    422,
    "Поле формы описано неверно: имя занято, не нужно или это документ",
    "A field of the form is declared wrongly: its name is taken or not wanted, or it is a document",
)
PERIOD_REVERSED = ErrorKind(
    "services.period_reversed", 422, "Начало периода позже его конца", "The period ends before it begins"
)

# ---- rows of the company
UNKNOWN_ORDER = ErrorKind("services.unknown_order", 422, "Такого заказа нет", "There is no such order")
BILL_NEEDED = ErrorKind(
    "services.bill_needed", 422, "Для выставления счёта нужны его номер и сумма", "A bill has a number and an amount"
)

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
