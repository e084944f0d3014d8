"""`[plugins.payments]` of the host's TOML."""

from typing import Annotated, Literal

import msgspec

from core.ports.acquirer import Vat

Percent = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?$(?!\n)")]
Roubles = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$(?!\n)")]


class CommissionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is added to the amount: a share of it, rounded half up to kopecks, within bounds. Strings are exact."""

    percent: Percent = "0"
    minimum: Roubles = "0"
    """Roubles; asked for where the share comes to less."""
    maximum: Roubles = ""
    """Roubles; empty: no bound."""


class CommissionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule of each payment method."""

    new_card: CommissionRule = CommissionRule()
    linked_card: CommissionRule = CommissionRule()


class ReceiptSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The lines of the fiscal receipt (54-FZ)."""

    items: bool = True
    """False: the bank's own cash register makes the receipt."""
    vat: Vat = "22"
    """Of bills."""
    vat_of_advance: Vat = "22/122"
    vat_of_commission: Vat = "none"


class PayeeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The supplier's own account, for payment orders, QR codes and statements."""

    name: str = ""
    """Empty: the supplier's name."""
    inn: str = ""
    kpp: str = ""
    account: str = ""
    """Empty: there are no payment orders and QR codes, and no statements are taken."""
    bank: str = ""
    bic: str = ""
    correspondent_account: str = ""


class PaymentsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How payments are made. Rates and times are the supplier's agreement with its bank."""

    commission: CommissionSettings = CommissionSettings()
    """By payment method: `[plugins.payments.commission.new_card] percent = "1"`."""
    receipt: ReceiptSettings = ReceiptSettings()
    """What the fiscal receipt says."""
    payee: PayeeSettings = PayeeSettings()
    """The supplier's bank requisites."""
    most: Roubles = "100000000"
    """The largest amount of one payment, in roubles."""
    session_minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)] = 20
    """How long the bank's page waits for the payer."""
    orders_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 60
    """Payments that one person starts: each is an order at the bank."""
    letters_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 60
    """Documents that one person has sent by e-mail, to whatever address."""
    acts: Literal["company", "embedded"] = "company"
    """Who makes the reconciliation acts that clients order: the company, or the cabinet from its copy."""
    news_days: Annotated[int, msgspec.Meta(ge=0)] = 45
    """Bills issued and payments made longer ago are loaded without telling anybody."""
    return_url: str = ""
    """Where the bank sends the payer back to; `{payment_id}` is filled in. Empty: a page of the cabinet."""
