"""Shapes of electronic documents on the wire: the words that all of them use."""

from typing import Literal

State = Literal[
    "coming",
    "awaiting",
    "not_required",
    "signed",
    "rejected",
    "annulment_requested",
    "annulled",
    "invalid",
]
"""`coming`: announced, its file is still to be delivered; clients do not see it."""
Action = Literal[
    "deliver",
    "sign",
    "reject",
    "confirm",
    "invalidate",
    "withdraw",
    "request_annulment",
    "agree",
    "refuse",
]
Side = Literal["client", "company"]
Method = Literal["pep", "kep", "none"]
"""ПЭП, КЭП, or no signature is needed."""
Kind = Literal[
    "счет-фактура",
    "УПД",
    "акт приема-передачи",
    "ведомость",
    "акт сверки",
    "соглашение",
    "договор",
    "протокол разногласий",
    "письмо",
    "иной документ",
]
ClientKind = Literal["акт сверки", "соглашение", "протокол разногласий", "письмо", "иной документ"]
"""Kinds that a client creates."""
