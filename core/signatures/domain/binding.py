"""For which organisation a certificate may sign."""

from core.ports.signatures import CertificateInfo
from core.sdk import ErrorKind
from core.signatures.errors.certificates import NOT_ENTREPRENEUR, POWER_NEEDED, WRONG_INN


def refusal(certificate: CertificateInfo, inn: str) -> ErrorKind | None:
    """Why the certificate alone does not sign for the organisation of this INN; None: it does.

    An organisation's certificate names its INN; an entrepreneur's its INN and ОГРНИП. A person's certificate, and an
    organisation's that represents another one, sign by a power of attorney only (POWER_NEEDED).
    """
    if certificate.holder == "person":
        return NOT_ENTREPRENEUR if certificate.inn == inn else POWER_NEEDED
    return None if certificate.inn == inn else WRONG_INN
