"""Errors of notifications."""

from core.sdk import ErrorKind

UNKNOWN_ADDRESSEE = ErrorKind(
    "notification_addressee_unknown", 422, "Такого адресата нет", "There is no such addressee"
)
UNKNOWN_FILE = ErrorKind(
    "notification_file_unknown",
    422,
    "Файл не загружен, уже использован или загружен больше суток назад",
    "The file was not uploaded, is in use already, or was uploaded more than a day ago",
)
NOT_FOR_THIS_KIND = ErrorKind(
    "notification_field_not_for_kind", 422, "Для этого вида уведомления не задаётся", "Not for this kind"
)
CONFIRMATION_REQUIRED = ErrorKind(
    "notification_confirmation_required",
    409,
    "Подтвердите прочтение уведомления.",
    "This notification is closed by its confirmation button.",
)
WITHDRAWN_ALREADY = ErrorKind(
    "notification_withdrawn_already", 409, "Уведомление уже отозвано.", "The notification was withdrawn before."
)
LETTER_WAITING = ErrorKind(
    "letter_waiting",
    409,
    "Письмо ещё не отправлено, повторные попытки продолжаются.",
    "The letter is still being sent.",
)
ERRORS = (
    UNKNOWN_ADDRESSEE,
    UNKNOWN_FILE,
    NOT_FOR_THIS_KIND,
    CONFIRMATION_REQUIRED,
    WITHDRAWN_ALREADY,
    LETTER_WAITING,
)
