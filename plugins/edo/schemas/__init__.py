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
    "noted",
]
"""`noted`: the operator told of something that the document's state does not allow; nothing has changed."""
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
OperatorName = Literal["first", "second"]
"""The ports `edo_operator` and `edo_operator_second`."""
Trouble = Literal[
    "",
    "unknown_box",
    "ambiguous_contract",
    "without_agreement",
    "unknown_document",
    "impossible",
    "not_understood",
    "not_stored",
    "file_too_large",
    "file_empty",
    "file_missing",
]
"""Why an operator's event has no effect."""
Transfer = Literal["none", "sending", "sent", "refused"]
"""What became of a client's deed at the operator; `none`: no operator is concerned."""
