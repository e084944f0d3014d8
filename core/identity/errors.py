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
PASSWORD_COMMON = ErrorKind(
    "password_common", 422, "Этот пароль слишком известен, придумайте другой", "Too well known, choose another one"
)
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
PASSWORD_NEEDED = ErrorKind(
    "password_needed",
    403,
    "Подтвердите, что это вы: введите пароль ещё раз.",
    "Give your password once more: this changes how the account is entered.",
)
ADDRESS_NOT_PROVEN = ErrorKind(
    "address_not_proven",
    409,
    "Владелец этого адреса ещё не подтвердил его в личном кабинете. Попросите его подтвердить адрес и повторите.",
    "The holder of this address has not confirmed it yet. Ask for the confirmation and repeat.",
)
PHONE_FORMAT = ErrorKind(
    "phone_format", 422, "Укажите телефон в формате +7 921 123-45-67", "Not a phone number of the form +7 921 123-45-67"
)
AGREED_ALREADY = ErrorKind("agreed_already", 409, "Соглашение уже принято.", "The agreement has been accepted already.")
RECOVERY_GONE = ErrorKind(
    "recovery_gone",
    404,
    "Ссылка недействительна: её срок истёк, по ней уже задали пароль или вы запросили новую. Запросите ещё одну.",
    "The link is not valid: it has expired, was used already, or a newer one was sent. Ask for another one.",
)
PASSWORD_WRONG = ErrorKind("password_wrong", 422, "Неверный пароль", "Wrong password")
PASSWORDS_DIFFER = ErrorKind("passwords_differ", 422, "Пароли не совпадают", "The passwords differ")
CHALLENGE_GONE = ErrorKind(
    "challenge_gone",
    401,
    "Время на подтверждение входа истекло. Войдите ещё раз.",
    "The time to confirm this sign-in is over. Sign in again.",
)
CHANNEL_UNAVAILABLE = ErrorKind(
    "channel_unavailable",
    422,
    "Этот способ подтверждения сейчас недоступен",
    "This way of confirming is not available now",
)
TOTP_NOT_STARTED = ErrorKind(
    "totp_not_started",
    409,
    "Сначала добавьте личный кабинет в приложение для кодов: срок предыдущей попытки истёк.",
    "Add the cabinet to the authenticator application first: the earlier attempt has expired.",
)
DELETION_NOT_CONFIRMED = ErrorKind(
    "deletion_not_confirmed", 422, "Подтвердите удаление личного кабинета", "Confirm that the account is to be deleted"
)

ERRORS = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
