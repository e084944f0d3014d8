"""Problems of roles."""

from core.sdk import ErrorKind

ROLE_UNKNOWN = ErrorKind(
    "role_unknown",
    422,
    "Назначить можно роли «Руководитель», «Энергетик», «Бухгалтер»",
    "Only the roles below the administrator can be assigned",
)
OBJECT_UNKNOWN = ErrorKind(
    "energy_object_unknown",
    422,
    "Такого энергообъекта нет на этом договоре",
    "The contract has no such energy object",
)
EMAIL_MALFORMED = ErrorKind("role_email_format", 422, "Укажите адрес вида name@example.ru", "Not an e-mail address")
OWN_EMAIL = ErrorKind("role_own_email", 422, "Себе роль назначить нельзя", "You cannot assign a role to yourself")
OWN_ROLE = ErrorKind(
    "role_own",
    409,
    "Собственную роль «Администратор» здесь удалить нельзя: удалите договор из личного кабинета.",
    "You cannot remove your own role here: remove the contract from your account instead.",
)
REQUEST_OPEN = ErrorKind(
    "role_request_open",
    409,
    "Вы уже запросили роль «Администратор» на этом договоре, запрос рассматривается.",
    "You have asked for the role already; the request is being looked at.",
)
REQUEST_CLOSED = ErrorKind(
    "role_request_closed", 409, "Запрос уже рассмотрен.", "The request has been answered already."
)
REQUEST_FULL = ErrorKind(
    "role_request_full",
    409,
    "В этом запросе больше нет места для сообщений или файлов: дождитесь ответа.",
    "The request takes no more messages or files: wait for the answer.",
)
NOT_HELD = ErrorKind(
    "contract_not_held",
    422,
    "У этого клиента нет этого договора.",
    "This client does not hold this contract.",
)
SEARCH_BY_ONE = ErrorKind(
    "role_search_by_one",
    422,
    "Ищите по чему-то одному: адресу, телефону, имени или номеру договора",
    "Search by one thing: an address, a phone, a name or a contract number",
)

ERRORS = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
