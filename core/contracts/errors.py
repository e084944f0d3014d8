"""Problems of contracts."""

from core.sdk import ErrorKind

NUMBER_FORMAT = ErrorKind("contract_number_format", 422, "{hint}", "{hint}")
EMAIL_FORMAT = ErrorKind("contract_email_format", 422, "Укажите адрес вида name@example.ru", "Not an e-mail address")
NOT_CONFIRMABLE = ErrorKind(
    "contract_not_confirmable",
    422,
    "Договор с таким номером и адресом не найден. Адрес должен быть указан в договоре.",
    "No contract with this number and address. The address must be recorded in the contract.",
)
LINKED_ALREADY = ErrorKind(
    "contract_linked_already",
    409,
    "Этот договор уже добавлен или ожидает подтверждения.",
    "This contract has been added already or waits for its confirmation.",
)
CONFIRMATION_GONE = ErrorKind(
    "confirmation_gone",
    404,
    "Ссылка недействительна: срок истёк или договор уже подтверждён.",
    "The link is not valid: it has expired or was used already.",
)
ANNEX_WITHOUT_FILE = ErrorKind(
    "annex_without_file",
    404,
    "Файл этого приложения ещё не передан компанией.",
    "The company has not delivered the file of this annex yet.",
)
ADMINISTRATOR_EXISTS = ErrorKind(
    "contract_administrator_exists",
    409,
    "У договора уже есть администратор.",
    "The contract has an administrator already.",
)
MONTHS_ORDER = ErrorKind(
    "contract_months_order",
    422,
    "Последний месяц раньше первого.",
    "The last month is before the first one.",
)
MONTHS_TOO_MANY = ErrorKind(
    "contract_months_too_many",
    422,
    "Можно выбрать не больше {months} месяцев.",
    "At most {months} months can be chosen.",
)

ERRORS = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
