"""Problems of identity."""

from core.sdk import ErrorKind

EMAIL_FORMAT = ErrorKind("email_format", 422, "Укажите адрес вида name@example.ru", "Not an e-mail address")
EMAIL_TAKEN = ErrorKind(
    "email_taken",
    409,
    "На этот адрес уже зарегистрирован личный кабинет. Войдите или восстановите пароль.",
    "An account with this address exists already. Sign in or recover the password.",
)
AGREEMENT_REQUIRED = ErrorKind(
    "agreement_required", 422, "Примите пользовательское соглашение", "Accept the user agreement"
)
PASSWORD_LATIN = ErrorKind("password_latin", 422, "Буквы только латинского алфавита", "Latin letters only")
PASSWORD_LENGTH = ErrorKind("password_length", 422, "Не менее 8 символов", "At least 8 characters")
PASSWORD_UPPER = ErrorKind("password_upper", 422, "Заглавные буквы", "Capital letters")
PASSWORD_LOWER = ErrorKind("password_lower", 422, "Строчные буквы", "Small letters")
PASSWORD_DIGIT = ErrorKind("password_digit", 422, "Цифры", "Digits")
PASSWORD_SPACE = ErrorKind("password_space", 422, "Любые символы кроме пробелов", "Any characters except spaces")
SIGN_IN_REFUSED = ErrorKind(
    "sign_in_refused", 401, "Неверный адрес электронной почты или пароль.", "Wrong e-mail address or password."
)
CODE_WRONG = ErrorKind("code_wrong", 422, "Неверный код.", "Wrong code.")
CODE_EXPIRED = ErrorKind(
    "code_expired",
    422,
    "Срок действия кода истёк или попытки исчерпаны. Запросите новый код.",
    "The code has expired or was tried too often. Ask for a new one.",
)
EMAIL_CONFIRMED_ALREADY = ErrorKind(
    "email_confirmed_already", 409, "Адрес уже подтверждён.", "The address is confirmed already."
)
PHONE_FORMAT = ErrorKind(
    "phone_format", 422, "Укажите телефон в формате +7 921 123-45-67", "Not a phone number of the form +7 921 123-45-67"
)

ERRORS = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
