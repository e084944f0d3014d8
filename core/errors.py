"""Errors as declared data (RFC 9457): a stable code, a status, a sentence in Russian and one in English."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

Language = Literal["ru", "en"]


class ErrorKind(msgspec.Struct, frozen=True):
    """One kind of refusal. `ru` and `en` may hold `{placeholders}` filled by the parameters of the `Problem`.

    Codes of a plugin start with its name and a dot; a code without a dot belongs to the core.
    """

    code: str
    status: int
    ru: str
    en: str

    def text(self, language: Language, params: Mapping[str, Any]) -> str:
        return (self.en if language == "en" else self.ru).format_map(params)


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field; `field` is a path such as `devices[2].values[0].value`."""

    field: str
    kind: ErrorKind
    params: dict[str, Any] = {}


class RowError(msgspec.Struct, frozen=True):
    """Why a row of the exchange is refused: a stable code, the field, and the reason in Russian."""

    code: str
    field: str
    message: str

    @classmethod
    def of(cls, kind: ErrorKind, field: str, **params: Any) -> "RowError":
        """The refusal of the catalogue, told of a field."""
        return cls(kind.code, field, kind.text("ru", params))


class Problem(Exception):
    """Raised anywhere below the edge; the edge turns it into `application/problem+json`."""

    def __init__(
        self, kind: ErrorKind, /, *, errors: Iterable[FieldProblem] = (), retry_after: int | None = None, **params: Any
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.params = params


# ---- what any operation may answer
UNAUTHENTICATED = ErrorKind("unauthenticated", 401, "Войдите в личный кабинет.", "Sign in first.")
CSRF_MISSING = ErrorKind(
    "csrf_missing",
    403,
    "Запрос отклонён: нет заголовка X-CSRF-Token этой сессии.",
    "The X-CSRF-Token header of this session is missing.",
)
FORBIDDEN = ErrorKind("forbidden", 403, "Это действие вам недоступно.", "You may not do this.")
ROLE_FORBIDS = ErrorKind(
    "role_forbids",
    403,
    "Ваша роль «{role}» на договоре не даёт этого права.",
    "Your role «{role}» on the contract does not allow this.",
)
ONBOARDING_INCOMPLETE = ErrorKind(
    "onboarding_incomplete",
    403,
    "Сначала завершите регистрацию: шаг «{step}».",
    "Complete the registration first: step “{step}”.",
)
EMAIL_NOT_CONFIRMED = ErrorKind(
    "email_not_confirmed",
    403,
    "Подтвердите электронную почту в профиле.",
    "Confirm your e-mail address in the profile first.",
)
NOT_FOUND = ErrorKind("not_found", 404, "Не найдено.", "Not found.")
METHOD_NOT_ALLOWED = ErrorKind("method_not_allowed", 405, "Такой вызов не предусмотрен.", "Method not allowed.")
IDEMPOTENCY_MISMATCH = ErrorKind(
    "idempotency_mismatch",
    409,
    "Этот Idempotency-Key уже использован с другим содержанием запроса.",
    "This Idempotency-Key was already used with another request body.",
)
PRECONDITION_FAILED = ErrorKind(
    "precondition_failed",
    412,
    "Данные изменились, пока вы их редактировали. Прочитайте их снова.",
    "The data changed while you were editing. Read them again.",
)
SLOW_BODY = ErrorKind(
    "slow_body", 408, "Запрос передаётся слишком медленно.", "The body of the request comes too slowly."
)
TOO_LARGE = ErrorKind("too_large", 413, "Запрос слишком велик.", "The request is too large.")
MALFORMED_JSON = ErrorKind("malformed_json", 400, "Тело запроса не является JSON.", "The body is not valid JSON.")
DUPLICATE_KEY = ErrorKind(
    "duplicate_key",
    400,
    "В теле запроса поле «{name}» указано дважды.",
    "The body names the field “{name}” twice.",
)
UNSUPPORTED_MEDIA_TYPE = ErrorKind(
    "unsupported_media_type",
    415,
    "Тело запроса должно иметь тип application/json, кодировку UTF-8 и не быть сжатым.",
    "The body must be application/json in UTF-8, not compressed.",
)
MALFORMED_REQUEST = ErrorKind("malformed_request", 400, "Запрос составлен неверно.", "The request is malformed.")
INVALID = ErrorKind("invalid", 422, "Проверьте заполнение полей.", "Some fields are wrong.")
TOO_MANY_REQUESTS = ErrorKind(
    "too_many_requests",
    429,
    "Слишком часто. Повторите через {seconds} с.",
    "Too often. Try again in {seconds} s.",
)
INTERNAL = ErrorKind(
    "internal",
    500,
    "Внутренняя ошибка. Сообщите в поддержку номер запроса {request_id}.",
    "Internal error. Tell support the request id {request_id}.",
)
UNAVAILABLE = ErrorKind(
    "unavailable",
    503,
    "Сервис временно недоступен, повторите запрос.",
    "Temporarily unavailable, repeat the request.",
)
PLUGIN_UNHEALTHY = ErrorKind(
    "plugin_unhealthy",
    503,
    "Раздел «{plugin}» временно отключён.",
    "The section “{plugin}” is switched off for now.",
)

# ---- what a single field may answer
FIELD_REQUIRED = ErrorKind("required", 422, "Заполните поле", "Fill in this field")
FIELD_UNKNOWN = ErrorKind("unknown_field", 422, "Такого поля нет", "There is no such field")
FIELD_TYPE = ErrorKind(
    "wrong_type", 422, "Ожидается другой тип значения: {expected}", "Wrong type, expected {expected}"
)
FIELD_FORMAT = ErrorKind("wrong_format", 422, "Неверный формат", "Wrong format")
FIELD_TOO_LONG = ErrorKind("too_long", 422, "Слишком длинное значение", "Too long")
FIELD_TOO_SHORT = ErrorKind("too_short", 422, "Слишком короткое значение", "Too short")
FIELD_RANGE = ErrorKind("out_of_range", 422, "Значение вне допустимых пределов", "Out of range")
FIELD_CHOICE = ErrorKind("not_a_choice", 422, "Недопустимое значение", "Not one of the allowed values")
FIELD_CONTROL = ErrorKind(
    "control_character", 422, "Недопустимый управляющий символ", "Control characters are not allowed"
)

CORE_ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
