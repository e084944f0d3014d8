"""Who pays and who is paid, by bank requisites. Pure."""

import re

import msgspec

_INN = re.compile(r"(\d{10}|\d{12})?", re.ASCII)
_KPP = re.compile(r"(\d{4}[\dA-Z]{2}\d{3})?", re.ASCII)
_BIC = re.compile(r"\d{9}", re.ASCII)
_ACCOUNT = re.compile(r"\d{20}", re.ASCII)
_WEIGHTS = (7, 1, 3)


class WrongRequisites(ValueError):
    """What a bank would not take; `field` names it."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"{field}: {value!r}")
        self.field = field


class Requisites(msgspec.Struct, frozen=True):
    """An organisation at its bank."""

    name: str
    inn: str = ""
    kpp: str = ""
    account: str = ""
    """20 digits; empty where the payer's bank client fills it in."""
    bank: str = ""
    bic: str = ""
    correspondent: str = ""


def check(party: Requisites, *, whole: bool) -> None:
    """Raises WrongRequisites for what is malformed; with `whole` also for what is absent: who is paid must be known."""
    if not party.name.strip():
        raise WrongRequisites("name", party.name)
    for field, pattern in (("inn", _INN), ("kpp", _KPP)):
        if not pattern.fullmatch(getattr(party, field)):
            raise WrongRequisites(field, getattr(party, field))
    if not (whole or party.account or party.bic or party.correspondent):
        return
    if whole and not party.bank.strip():
        raise WrongRequisites("bank", party.bank)
    if not _BIC.fullmatch(party.bic):
        raise WrongRequisites("bic", party.bic)
    if not _ACCOUNT.fullmatch(party.account) or not fits(party.bic[-3:], party.account):
        raise WrongRequisites("account", party.account)
    if party.correspondent and not (
        _ACCOUNT.fullmatch(party.correspondent) and fits("0" + party.bic[4:6], party.correspondent)
    ):
        raise WrongRequisites("correspondent", party.correspondent)


def fits(prefix: str, account: str) -> bool:
    """Whether the check digit of an account belongs to its bank: weights 7, 1, 3 over the prefix and the account."""
    digits = enumerate(prefix + account)
    return sum(int(digit) * _WEIGHTS[place % 3] for place, digit in digits) % 10 == 0
