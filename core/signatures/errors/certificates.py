"""What is wrong with the file of a certificate, or with its registration."""

from core.sdk import ErrorKind

# ---- the file
NOT_CERTIFICATE = ErrorKind(
    "signatures.not_certificate",
    422,
    "Это не файл сертификата. Выгрузите открытый ключ из КриптоПро в формате DER (файл *.cer).",
    "This is no certificate. Export the public key in DER format (*.cer).",
)
CERTIFICATE_TRUNCATED = ErrorKind(
    "signatures.certificate_truncated",
    422,
    "Файл сертификата повреждён: часть его данных потеряна. Выгрузите сертификат ещё раз.",
    "The certificate is damaged: a part of it is missing. Export it again.",
)
CERTIFICATE_PEM = ErrorKind(
    "signatures.certificate_pem",
    422,
    "Сертификат в формате Base-64. Выгрузите его ещё раз, выбрав «в DER (*.cer)».",
    "The certificate is in Base-64. Export it again in DER (*.cer).",
)
CERTIFICATE_TOO_LARGE = ErrorKind(
    "signatures.certificate_too_large",
    422,
    "Файл больше любого сертификата: не более {kilobytes} КБ. Проверьте, тот ли файл выбран.",
    "No certificate is that large: at most {kilobytes} KB. Check which file you chose.",
)
PRIVATE_KEY = ErrorKind(
    "signatures.private_key",
    422,
    "В файле закрытый ключ. Никому его не передавайте: нужен только сертификат открытого ключа (*.cer).",
    "The file holds a private key. Give it to nobody: only the certificate (*.cer) is needed.",
)
KEY_CONTAINER = ErrorKind(
    "signatures.key_container",
    422,
    "Это контейнер с закрытым ключом (*.pfx). Никому его не передавайте: нужен только сертификат (*.cer).",
    "This is a container with a private key (*.pfx). Give it to nobody: only the certificate (*.cer) is needed.",
)

# ---- the certificate itself
CERTIFICATE_EXPIRED = ErrorKind(
    "signatures.certificate_expired",
    422,
    "Срок действия сертификата истёк {day}. Получите новый сертификат.",
    "The certificate expired on {day}. Obtain a new one.",
)
CERTIFICATE_NOT_YET_VALID = ErrorKind(
    "signatures.certificate_not_yet_valid",
    422,
    "Сертификат начнёт действовать только {day}.",
    "The certificate becomes valid only on {day}.",
)
UNKNOWN_ALGORITHM = ErrorKind(
    "signatures.unknown_algorithm",
    422,
    "Алгоритм подписи или ключа не поддерживается: {algorithm}.",
    "The algorithm of the signature or of the key is not supported: {algorithm}.",
)
WEAK_ALGORITHM = ErrorKind(
    "signatures.weak_algorithm",
    422,
    "Алгоритм подписи или ключа устарел и ненадёжен: {algorithm}. Нужен сертификат по ГОСТ Р 34.10-2012.",
    "The algorithm of the signature or of the key is obsolete and weak: {algorithm}.",
)

# ---- whose it is
WRONG_INN = ErrorKind(
    "signatures.wrong_inn",
    422,
    "Сертификат выдан другой организации: его ИНН {found}, а нужен {inn}.",
    "The certificate belongs to another organisation: its INN is {found}, needed is {inn}.",
)
NOT_ENTREPRENEUR = ErrorKind(
    "signatures.not_entrepreneur",
    422,
    "В сертификате нет ОГРНИП: он выдан физическому лицу, а не индивидуальному предпринимателю.",
    "The certificate holds no OGRNIP: it is a person's, not an entrepreneur's.",
)
POWER_NEEDED = ErrorKind(
    "signatures.power_needed",
    422,
    "Сертификат выдан физическому лицу. Чтобы подписывать за организацию, приложите машиночитаемую доверенность (МЧД).",
    "The certificate is a person's. To sign for an organisation attach a machine-readable power of attorney.",
)
TAKEN = ErrorKind(
    "signatures.certificate_taken",
    409,
    "Сертификат уже зарегистрирован в другой учётной записи, перенести его нельзя.",
    "The certificate is registered at another account and cannot be moved.",
)
