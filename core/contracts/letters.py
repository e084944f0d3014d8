"""Letters of contracts."""

from core.sdk import Letter

CONFIRM = Letter(
    "contracts.confirm",
    "Подтвердите добавление договора {{ number }}",
    """Здравствуйте!

В личном кабинете {{ supplier }} запросили доступ к договору {{ number }}. Чтобы подтвердить его, перейдите по ссылке:

{{ base_url }}/contracts/confirm?token={{ token }}

Ссылка действует {{ hours }} ч. Если вы этого не запрашивали, ничего делать не нужно: без подтверждения доступа нет.
""",
)
LETTERS = (CONFIRM,)
