"""Why a signature is not accepted: codes of the links of a verification."""

from core.sdk import ErrorKind

# ---- format
NOT_A_SIGNATURE = ErrorKind(
    "signatures.not_a_signature",
    422,
    "Файл не является электронной подписью или повреждён. Подпишите документ ещё раз.",
    "This is no electronic signature, or a damaged one. Sign the document again.",
)
TOO_LARGE = ErrorKind(
    "signatures.too_large",
    422,
    "Подпись больше допустимого: не более {kilobytes} КБ. Нужна отсоединённая подпись, без самого документа.",
    "The signature is too large: at most {kilobytes} KB. It must be detached, without the document.",
)
TOO_COMPLEX = ErrorKind(
    "signatures.too_complex",
    422,
    "Строение подписи неправдоподобно сложное, она не проверялась. Подпишите документ ещё раз.",
    "The structure of the signature is implausibly complex; it was not examined. Sign the document again.",
)
INDEFINITE_LENGTH = ErrorKind(
    "signatures.indefinite_length",
    422,
    "Подпись записана с неопределённой длиной (BER). Сохраните её в кодировке DER или подпишите документ ещё раз.",
    "The signature uses indefinite lengths (BER). Encode it in DER or sign the document again.",
)
ATTACHED = ErrorKind(
    "signatures.attached",
    422,
    "Подпись содержит сам документ. Нужна отсоединённая подпись.",
    "The signature contains the document. A detached one is needed.",
)
NOT_ONE_SIGNER = ErrorKind(
    "signatures.not_one_signer",
    422,
    "В одном файле подписи должна быть ровно одна подпись, а найдено: {found}.",
    "A signature file must hold exactly one signature; found: {found}.",
)

# ---- algorithm
ALGORITHM_MISMATCH = ErrorKind(
    "signatures.algorithm_mismatch",
    422,
    "Алгоритм подписи не соответствует ключу сертификата.",
    "The algorithm of the signature does not fit the key of the certificate.",
)

# ---- certificate
NO_CERTIFICATE = ErrorKind(
    "signatures.no_certificate",
    422,
    "В подписи нет сертификата подписавшего, и такой сертификат не зарегистрирован.",
    "The signature lacks the signer's certificate, and none such is registered.",
)
BROKEN_CERTIFICATE = ErrorKind(
    "signatures.broken_certificate",
    422,
    "Сертификат в подписи повреждён.",
    "The certificate in the signature is damaged.",
)
REFERENCE_MISSING = ErrorKind(
    "signatures.reference_missing",
    422,
    "Подпись не указывает сертификат подписавшего. Нужна подпись в формате CAdES-BES.",
    "The signature does not refer to the signer's certificate. CAdES-BES is needed.",
)
REFERENCE_WRONG = ErrorKind(
    "signatures.reference_wrong",
    422,
    "Подпись сделана с другим сертификатом, чем тот, что приложен к ней.",
    "The signature was made with another certificate than the one it carries.",
)
KEY_USAGE = ErrorKind(
    "signatures.key_usage",
    422,
    "Сертификат не предназначен для подписания документов.",
    "The certificate is not meant for signing documents.",
)

# ---- attributes, content, signature
ATTRIBUTES_WRONG = ErrorKind(
    "signatures.attributes_wrong",
    422,
    "Подписанные сведения о документе отсутствуют или повреждены. Нужна подпись в формате CAdES-BES.",
    "The signed attributes are missing or malformed. CAdES-BES is needed.",
)
OTHER_DOCUMENT = ErrorKind(
    "signatures.other_document",
    422,
    "Подпись сделана для другого документа, или документ изменён после подписания.",
    "The signature is of another document, or the document was changed after it was signed.",
)
FORGED = ErrorKind(
    "signatures.forged",
    422,
    "Подпись не подтверждается ключом сертификата: она изменена или сделана другим ключом.",
    "The key of the certificate does not confirm the signature: it was altered or made with another key.",
)
STAMP_WRONG = ErrorKind(
    "signatures.stamp_wrong",
    422,
    "Метка времени подписи не подтверждается, учтено время проверки.",
    "The time stamp of the signature is not confirmed; the time of the verification counts.",
)
NO_STAMP = ErrorKind(
    "signatures.no_stamp",
    422,
    "Метки времени в подписи нет, учтено время проверки.",
    "The signature holds no time stamp; the time of the verification counts.",
)

# ---- trust
SIGNER_EXPIRED = ErrorKind(
    "signatures.expired",
    422,
    "Срок действия сертификата истёк {day}.",
    "The certificate expired on {day}.",
)
SIGNER_NOT_YET_VALID = ErrorKind(
    "signatures.not_yet_valid",
    422,
    "Сертификат начнёт действовать только {day}.",
    "The certificate becomes valid only on {day}.",
)
NO_ROOTS = ErrorKind(
    "signatures.no_roots",
    422,
    "Проверка сертификатов не настроена: удостоверяющие центры не заданы. Сообщите в поддержку.",
    "The verification of certificates is not set up: there are no trusted roots. Tell support.",
)
UNKNOWN_ISSUER = ErrorKind(
    "signatures.unknown_issuer",
    422,
    "Сертификат выдан удостоверяющим центром, которому кабинет не доверяет: {issuer}.",
    "The issuer of the certificate is not trusted: {issuer}.",
)
CHAIN_BROKEN = ErrorKind(
    "signatures.chain_broken",
    422,
    "Цепочка сертификатов удостоверяющего центра «{issuer}» не подтверждается.",
    "The chain of certificates of “{issuer}” is not confirmed.",
)
REVOKED = ErrorKind(
    "signatures.revoked",
    422,
    "Сертификат отозван удостоверяющим центром {day}.",
    "The certificate was revoked by its issuer on {day}.",
)
NO_CRL = ErrorKind(
    "signatures.no_crl",
    422,
    "Не отозван ли сертификат, проверить нельзя: нет действующего списка отзыва «{issuer}».",
    "Revocation cannot be checked: there is no current revocation list of “{issuer}”.",
)

# ---- whose signature it has to be
OTHER_CERTIFICATE = ErrorKind(
    "signatures.other_certificate",
    422,
    "Документ подписан не тем сертификатом, который выбран.",
    "The document is signed with another certificate than the chosen one.",
)
NOT_REGISTERED = ErrorKind(
    "signatures.not_registered",
    422,
    "Сертификат подписавшего не зарегистрирован в кабинете для этой организации.",
    "The signer's certificate is not registered for this organisation.",
)
NO_POWER = ErrorKind(
    "signatures.no_power",
    422,
    "Доверенность не требуется: сертификат выдан самой организации.",
    "No power of attorney is needed: the certificate is the organisation's own.",
)
UNSEEN = ErrorKind(
    "signatures.unseen",
    422,
    "Не проверялось: сначала должно подтвердиться предыдущее.",
    "Not examined: what precedes has to be confirmed first.",
)
DOCUMENT_MISSING = ErrorKind(
    "signatures.document_missing",
    422,
    "Документ не найден в хранилище, проверить подпись нельзя.",
    "The document is not in the store; its signature cannot be verified.",
)
