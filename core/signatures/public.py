"""What a plugin that has documents signed uses of signatures.

The usual way: `read_certificate` when a file is attached (or `candidates` to choose from), `verify` once the signatures
came, then in one transaction `register` the certificate that was new and `keep` the evidence.
"""

from core.ports.signatures import CertificateInfo as CertificateInfo
from core.ports.signatures import Link as Link
from core.ports.signatures import VerifierUnavailable as VerifierUnavailable
from core.signatures.domain.certificates import read_certificate as read_certificate
from core.signatures.errors.certificates import CERTIFICATE_EXPIRED as CERTIFICATE_EXPIRED
from core.signatures.errors.certificates import CERTIFICATE_NOT_YET_VALID as CERTIFICATE_NOT_YET_VALID
from core.signatures.errors.certificates import CERTIFICATE_PEM as CERTIFICATE_PEM
from core.signatures.errors.certificates import CERTIFICATE_TOO_LARGE as CERTIFICATE_TOO_LARGE
from core.signatures.errors.certificates import CERTIFICATE_TRUNCATED as CERTIFICATE_TRUNCATED
from core.signatures.errors.certificates import KEY_CONTAINER as KEY_CONTAINER
from core.signatures.errors.certificates import NOT_CERTIFICATE as NOT_CERTIFICATE
from core.signatures.errors.certificates import NOT_ENTREPRENEUR as NOT_ENTREPRENEUR
from core.signatures.errors.certificates import POWER_NEEDED as POWER_NEEDED
from core.signatures.errors.certificates import PRIVATE_KEY as PRIVATE_KEY
from core.signatures.errors.certificates import TAKEN as TAKEN
from core.signatures.errors.certificates import UNKNOWN_ALGORITHM as UNKNOWN_ALGORITHM
from core.signatures.errors.certificates import WEAK_ALGORITHM as WEAK_ALGORITHM
from core.signatures.errors.certificates import WRONG_INN as WRONG_INN
from core.signatures.schemas import Evidence as Evidence
from core.signatures.schemas import Organisation as Organisation
from core.signatures.schemas import Power as Power
from core.signatures.schemas import SignatureCertificate as SignatureCertificate
from core.signatures.schemas import SignedDocument as SignedDocument
from core.signatures.schemas import Signer as Signer
from core.signatures.schemas import Verdict as Verdict
from core.signatures.services.evidence import evidence as evidence
from core.signatures.services.evidence import evidence_of as evidence_of
from core.signatures.services.evidence import keep as keep
from core.signatures.services.registry import candidates as candidates
from core.signatures.services.registry import register as register
from core.signatures.services.registry import registered as registered
from core.signatures.services.verifying import verify as verify
