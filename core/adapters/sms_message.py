"""What every SMS adapter checks before a message leaves."""

import re

from core.adapters.mail_letter import plain_id as plain_id
from core.ports.sms import SmsRefused, TextMessage

_NUMBER = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
LONGEST = 1000
"""Characters of a text; what is longer is a mistake of ours, and each part of it would be paid for."""


def check(message: TextMessage) -> None:
    """Raises SmsRefused for what no gateway would deliver."""
    if not _NUMBER.fullmatch(message.to):
        raise SmsRefused(f"message {message.id}: not a number of the form +79211234567")
    if not message.text.strip() or len(message.text) > LONGEST:
        raise SmsRefused(f"message {message.id}: the text is empty or longer than {LONGEST} characters")
    try:
        message.text.encode()
    except UnicodeEncodeError as error:
        raise SmsRefused(f"message {message.id}: the text is not Unicode: {error}") from error
