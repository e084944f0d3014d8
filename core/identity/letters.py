"""Letters of identity."""

from core.sdk import Letter

EMAIL_CODE = Letter(
    "identity.email_code",
    "Код подтверждения: {{ code }}",
    """Здравствуйте!

Код для подтверждения адреса электронной почты в личном кабинете {{ supplier }}: {{ code }}

Код действует 30 минут. Если вы не регистрировались, ничего делать не нужно.
""",
)
LETTERS = (EMAIL_CODE,)
