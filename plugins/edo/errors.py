"""The plugin's refusals."""

from core.sdk import ErrorKind

UNAVAILABLE = ErrorKind(
    "edo.unavailable",
    403,
    "Электронный документооборот доступен, когда подписано дополнительное соглашение об использовании электронной "
    "подписи хотя бы по одному вашему договору",
    "Electronic documents need a signed agreement on electronic signatures for one of your contracts",
)
CERTIFICATE_NEEDED = ErrorKind(
    "edo.certificate_needed",
    409,
    "Добавьте сертификат электронной подписи",
    "Register a certificate first",
)
CERTIFICATE_NOT_ADDED = ErrorKind(
    "edo.certificate_not_added", 422, "Сертификат не добавлен", "The certificate was not added"
)
NOT_OWN_ORGANISATION = ErrorKind(
    "edo.not_own_organisation",
    422,
    "Организации нет среди ваших договоров с электронным документооборотом",
    "None of your contracts with electronic documents is with this organisation",
)
WITHOUT_AGREEMENT = ErrorKind(
    "edo.without_agreement",
    422,
    "По этому договору электронный документооборот не подключён",
    "The contract has no electronic documents",
)
FILE_TOO_LARGE = ErrorKind("edo.file_too_large", 422, "Файл больше {most} байт", "The file is larger than {most} bytes")
FILE_EMPTY = ErrorKind("edo.file_empty", 422, "Файл пуст", "The file is empty")
PERIOD_REVERSED = ErrorKind(
    "edo.period_reversed", 422, "Начало периода позже его конца", "The period ends before it begins"
)
ALREADY_SIGNED = ErrorKind("edo.already_signed", 409, "Документ уже подписан", "The document is signed already")
WRONG_STATE = ErrorKind(
    "edo.wrong_state",
    409,
    "В состоянии «{state}» это действие невозможно",
    "This cannot be done in the state «{state}»",
)
CHANGED = ErrorKind(
    "edo.changed",
    409,
    "Документ изменился, откройте его и подпишите заново",
    "The document has changed, open it and sign again",
)
OTHER_METHOD = ErrorKind(
    "edo.other_method",
    422,
    "Документ подписывается другим видом электронной подписи",
    "The document needs the other kind of signature",
)
REPEATED = ErrorKind("edo.repeated", 422, "Документ указан дважды", "The document is named twice")
CODE_WRONG = ErrorKind("edo.code_wrong", 422, "Неверный код", "Wrong code")
CODE_EXPIRED = ErrorKind(
    "edo.code_expired",
    422,
    "Срок действия кода истёк или попытки исчерпаны. Запросите новый код",
    "The code has expired or was tried too often. Ask for a new one",
)
SIGNATURES_REFUSED = ErrorKind(
    "edo.signatures_refused",
    422,
    "Документы не подписаны: проверьте подписи",
    "Nothing was signed: some signatures are not valid",
)
SIGNATURE_INVALID = ErrorKind("edo.signature_invalid", 422, "{reason}", "{reason}")
CERTIFICATE_UNKNOWN = ErrorKind(
    "edo.certificate_unknown",
    422,
    "Такой сертификат не зарегистрирован для организации этого документа",
    "The certificate is not registered for the organisation of the document",
)
CONTENT_FIXED = ErrorKind(
    "edo.content_fixed",
    409,
    "Файл документа, с которым уже что-то сделано, не меняется",
    "The file of a document that was acted upon does not change",
)
NOT_CHANGEABLE = ErrorKind(
    "edo.not_changeable", 422, "С документом уже что-то сделано", "The document was acted upon already"
)
NO_VIEW = ErrorKind(
    "edo.no_view",
    409,
    "Документ нельзя показать в читаемом виде: {reason}",
    "The document has no readable view: {reason}",
)
UNKNOWN_DOCUMENT = ErrorKind("edo.unknown_document", 422, "Нет такого документа", "There is no such document")
IMPOSSIBLE = ErrorKind(
    "edo.impossible", 422, "Состояние документа этого не позволяет", "The state of the document does not allow this"
)
AT_OPERATOR = ErrorKind(
    "edo.at_operator", 422, "Документ ведётся у оператора ЭДО", "The document lives at an operator, not in the exchange"
)
NOT_REFUSED = ErrorKind("edo.not_refused", 409, "Оператор этого не отклонял", "The operator has not refused this")

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
