"""Text that goes into XML: SVG, and the mark-up of reportlab's paragraphs. Pure."""

import re
from xml.sax.saxutils import escape

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Without the characters that XML cannot hold: whatever a client has typed becomes a document that opens."""
    return _FORBIDDEN.sub("\ufffd", text)


def escaped(text: str) -> str:
    """As the text of an element or of a quoted attribute."""
    return escape(clean(text), {'"': "&quot;"})
