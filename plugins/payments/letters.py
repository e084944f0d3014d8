"""Letters of payments."""

from core.sdk import Letter

DOCUMENT = Letter(
    "payments.document",
    "{{ title }}",
    """{{ title }}

Документ по договору № {{ contract }} приложен к письму. Его попросили отправить на этот адрес из личного кабинета.

{{ supplier }}
""",
)
LETTERS = (DOCUMENT,)
