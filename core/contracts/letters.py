"""Letters of contracts."""

from core.sdk import Letter

CONFIRM = Letter(
    "contracts.confirm",
    "Подтвердите добавление договора {{ number }}",
    """Здравствуйте!

В личном кабинете {{ supplier }} запросили доступ к договору {{ number }}. Его запросил пользователь {{ asker }}.
Чтобы открыть ему договор, перейдите по ссылке:

{{ base_url }}/contracts/confirm?token={{ token }}

Ссылка действует {{ hours }} ч. Если вы не знаете этого пользователя, не переходите по ней: без неё доступа нет.
""",
)
LETTERS = (CONFIRM,)
