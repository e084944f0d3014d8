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
BAD_FORM = ErrorKind("services.bad_form", 422, "Поле формы описано неверно", "A field of the form is declared wrongly")

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
