"""A small «Вопрос-ответ», and which phrase has to find which of its questions on any database."""

GROUPS = (
    {"id": "G-pay", "title": "Оплата", "sort": 20},
    {"id": "G-meters", "title": "Приборы учёта", "sort": 10},
    {"id": "G-access", "title": "Личный кабинет", "sort": 30},
)
QUESTIONS = (
    {
        "id": "Q-send",
        "group_id": "G-meters",
        "question": "Когда передавать показания приборов учёта?",
        "answer": "С 23-го по 25-е число каждого месяца, в разделе «Показания».",
        "sort": 2,
    },
    {
        "id": "Q-verify",
        "group_id": "G-meters",
        "question": "Кто проводит поверку счётчика?",
        "answer": "Аккредитованная организация. Стоимость — 100% за счёт владельца.",
        "sort": 1,
    },
    {
        "id": "Q-zones",
        "group_id": "G-meters",
        "question": "Что такое тарифные зоны?",
        "answer": "День и ночь\nучитываются отдельно: T1_T2.",
        "sort": 3,
    },
    {
        "id": "Q-card",
        "group_id": "G-pay",
        "question": "Можно ли заплатить банковской картой?",
        "answer": "Да, в разделе «Оплата». Чек придёт на e-mail.",
        "sort": 1,
    },
    {
        "id": "Q-debt",
        "group_id": "G-pay",
        "question": "Как узнать задолженность по договору?",
        "answer": "Она показана в карточке договора; деньги зачисляются за один рабочий день.",
        "sort": 2,
    },
    {
        "id": "Q-role",
        "group_id": "G-access",
        "question": "Как дать доступ бухгалтеру?",
        "answer": "Администратор договора назначает роли сотрудникам.",
        "sort": 1,
    },
    {
        "id": "Q-invoice",
        "group_id": "G-access",
        "question": "Where are the invoices?",
        "answer": "The accounting documents are listed under «История».",
        "sort": 2,
    },
)
IN_ORDER = ("Q-verify", "Q-send", "Q-zones", "Q-card", "Q-debt", "Q-role", "Q-invoice")

AS_IT_STANDS = {
    "передавать показания": {"Q-send"},
    "ПЕРЕДАВАТЬ": {"Q-send"},
    "ПоКаЗаНиЯ ПРИБОРОВ": {"Q-send"},
    "учета": {"Q-send"},
    "УЧЁТА": {"Q-send"},
    "оказан": {"Q-send", "Q-debt"},
    "  каждого   месяца ": {"Q-send"},
    "23-го": {"Q-send"},
    "100%": {"Q-verify"},
    "0% за": {"Q-verify"},
    "%": {"Q-verify"},
    "_": {"Q-zones"},
    "1_t": {"Q-zones"},
    "ночь учитываются": {"Q-zones"},
    "«Оплата»": {"Q-card"},
    "e-mail": {"Q-card"},
    "кто": {"Q-verify"},
    "?": {item["id"] for item in QUESTIONS},
}
"""A part of a question or of an answer, in any letter case."""
BY_WORDS = {
    "передача показаний": set[str](),  # another stem: переда-, передач-
    "передавал показание": {"Q-send"},
    "показаниями прибора": {"Q-send"},
    "прибор показание": {"Q-send"},
    "каждый месяц": {"Q-send"},
    "поверка счетчиков": {"Q-verify"},
    "счётчики": {"Q-verify"},
    "аккредитованные организации": {"Q-verify"},
    "тарифная зона": {"Q-zones"},
    "ночью": {"Q-zones"},
    "банковские карты": {"Q-card"},
    "карта": {"Q-card"},
    "задолженности по договорам": {"Q-debt"},
    "договоры": {"Q-debt", "Q-role"},
    "рабочие дни": set[str](),  # дни and день have different stems
    "рабочего дня": set[str](),
    "роль бухгалтера": {"Q-role"},
    "сотрудники с доступом": {"Q-role"},
    "administrator": set[str](),
    "accounted document": {"Q-invoice"},
    "invoice": {"Q-invoice"},
    "отопление": set[str](),
    "показания отопления": set[str](),
    "\\": set[str](),
    "передавать' OR 1=1": set[str](),
}
"""All the words of the phrase, in whatever form."""
