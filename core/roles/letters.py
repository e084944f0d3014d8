"""Letters of roles. The first sentences are the manual's (ROL-31)."""

from core.sdk import Letter

ASSIGNED = Letter(
    "roles.assigned",
    "Вам назначена роль «{{ role }}»",
    """На договор {{ contract }} Вам назначена роль {{ role }}. \
Вы можете посмотреть изменения в личном кабинете {{ base_url }}
""",
)
INVITED = Letter(
    "roles.invited",
    "Вам назначена роль «{{ role }}» и открыт личный кабинет",
    """На договор {{ contract }} Вам назначена роль {{ role }}. \
Вы можете посмотреть изменения в личном кабинете {{ base_url }}

Логин: {{ login }}
Пароль: {{ password }}

Войдите, примите пользовательское соглашение и укажите свои данные. Пароль можно сменить в профиле.
""",
)
ANSWERED = Letter(
    "roles.request_answered",
    "Ответ на запрос роли «Администратор»",
    """Здравствуйте!

По Вашему запросу роли «Администратор» на договор {{ contract }} есть ответ компании {{ supplier }}. \
Он ждёт Вас в личном кабинете {{ base_url }}
""",
)
LETTERS = (ASSIGNED, INVITED, ANSWERED)
