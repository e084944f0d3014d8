"""Letters of notifications, and the HTML around the text of every letter."""

from core.sdk import Letter

NOTICE = Letter(
    "notifications.notice",
    "{{ topic }}",
    """{{ topic }}

{{ text }}

Уведомление и приложенные к нему файлы: {{ base_url }}/notifications
Изменить настройки уведомлений: {{ base_url }}/profile/notifications

{{ supplier }}
""",
)
ADVERTISING = Letter(
    "notifications.advertising",
    "{{ topic }}",
    """{{ topic }}

{{ text }}

Вы получили это письмо, потому что согласились на рекламную рассылку {{ supplier }}.
Отказаться от рассылки: {{ unsubscribe }}
Все настройки уведомлений: {{ base_url }}/profile/notifications
""",
)
MAGAZINE = Letter(
    "notifications.magazine",
    "{{ topic }}",
    """{{ topic }}

{{ text }}

Вы получили это письмо, потому что подписаны на журнал {{ supplier }}.
Отказаться от подписки: {{ unsubscribe }}
Все настройки уведомлений: {{ base_url }}/profile/notifications
""",
)
LETTERS = (NOTICE, ADVERTISING, MAGAZINE)

WRAPPER = """<!doctype html>
<html lang="ru">
<head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="margin:0;padding:24px;background:#f3f4f6;font-family:Arial,sans-serif;font-size:16px;color:#1f2937">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff">
<tr><td style="padding:20px 32px;font-weight:bold;border-bottom:1px solid #e5e7eb">{{ supplier }}</td></tr>
<tr><td style="padding:20px 32px;line-height:1.5">
{% for paragraph in paragraphs %}<p>{% for line in paragraph %}{{ line | urlize }}{% if not loop.last %}<br>
{% endif %}{% endfor %}</p>
{% endfor %}</td></tr>
<tr><td style="padding:16px 32px;font-size:13px;color:#6b7280;border-top:1px solid #e5e7eb">\
<a href="{{ base_url }}">{{ base_url }}</a></td></tr>
</table></td></tr></table>
</body></html>
"""
