"""What is wrong with a power of attorney (МЧД)."""

from core.sdk import ErrorKind

POWER_MALFORMED = ErrorKind(
    "signatures.power_malformed",
    422,
    "Файл не является машиночитаемой доверенностью или заполнен не полностью: {what}.",
    "The file is no machine-readable power of attorney, or an incomplete one: {what}.",
)
POWER_TOO_LARGE = ErrorKind(
    "signatures.power_too_large",
    422,
    "Файл доверенности больше допустимого: не более {kilobytes} КБ.",
    "The power of attorney is too large: at most {kilobytes} KB.",
)
POWER_VERSION = ErrorKind(
    "signatures.power_version",
    422,
    "Версия формата доверенности не поддерживается: {version}. Нужна 5.03 или единая форма EMCHD_1.",
    "The version of the power of attorney is not supported: {version}.",
)
POWER_EXPIRED = ErrorKind(
    "signatures.power_expired",
    422,
    "Срок действия доверенности истёк {day}.",
    "The power of attorney expired on {day}.",
)
POWER_NOT_YET_VALID = ErrorKind(
    "signatures.power_not_yet_valid",
    422,
    "Доверенность начнёт действовать только {day}.",
    "The power of attorney becomes valid only on {day}.",
)
POWER_PRINCIPAL = ErrorKind(
    "signatures.power_principal",
    422,
    "Доверенность выдана не этой организацией: нужен доверитель с ИНН {inn}.",
    "The power of attorney is not this organisation's: the principal must have the INN {inn}.",
)
POWER_REPRESENTATIVE = ErrorKind(
    "signatures.power_representative",
    422,
    "Доверенность выдана другому представителю, а не подписавшему: {person}.",
    "The power of attorney is for somebody else than the signer: {person}.",
)
POWER_POWERS = ErrorKind(
    "signatures.power_powers",
    422,
    "Доверенность не даёт нужных полномочий: {powers}.",
    "The power of attorney lacks the needed powers: {powers}.",
)
POWER_JOINT = ErrorKind(
    "signatures.power_joint",
    422,
    "По доверенности представители действуют только вместе, подписи одного из них недостаточно.",
    "The representatives may act together only; the signature of one does not suffice.",
)
POWER_SUBSTITUTED = ErrorKind(
    "signatures.power_substituted",
    422,
    "Доверенность выдана в порядке передоверия: приложите доверенность, выданную самой организацией.",
    "The power of attorney was substituted: attach one given by the organisation itself.",
)
POWER_UNSIGNED = ErrorKind(
    "signatures.power_unsigned",
    422,
    "Доверенность не подписана доверителем: приложите её подпись (*.sig).",
    "The power of attorney is not signed by the principal: attach its signature (*.sig).",
)
POWER_SIGNATURE = ErrorKind(
    "signatures.power_signature",
    422,
    "Подпись доверителя под доверенностью не подтверждается. {reason}",
    "The principal's signature of the power of attorney is not confirmed. {reason}",
)
