"""Problems of appeals."""

from core.sdk import ErrorKind

CONTRACT_NEEDED = ErrorKind(
    "appeals.contract_needed",
    422,
    "Такое обращение подаётся только по договору: выберите договор.",
    "Such an appeal needs a contract: choose one.",
)
CONTRACT_NOT_TAKEN = ErrorKind(
    "appeals.contract_not_taken",
    422,
    "Такое обращение подаётся без договора: выберите «Здесь нет моего договора».",
    "Such an appeal is filed without a contract.",
)
CONTRACT_UNKNOWN = ErrorKind(
    "appeals.contract_unknown", 422, "Такого договора у вас нет.", "You do not hold such a contract."
)
NOT_YET = ErrorKind(
    "appeals.step_not_reached",
    409,
    "Сначала заполните шаг «{step}».",
    "Fill in the step “{step}” first.",
)
NO_SUCH_STEP = ErrorKind("appeals.no_such_step", 404, "Такого шага в обращении нет.", "There is no such step.")
NOT_EDITABLE = ErrorKind(
    "appeals.not_editable",
    409,
    "Обращение уже отправлено: изменить его нельзя.",
    "The appeal has been sent and cannot be changed.",
)
CHANGED = ErrorKind(
    "appeals.changed",
    409,
    "Обращение изменено в другом окне: откройте его заново.",
    "The appeal was changed elsewhere: open it again.",
)
SENDING = ErrorKind("appeals.sending", 409, "Идет отправка обращения", "The appeal is being sent.")
NO_DRAFTS = ErrorKind(
    "appeals.no_drafts",
    409,
    "Черновик такого обращения не сохраняется: в нём всего два шага.",
    "No draft is kept of an appeal of two steps.",
)
TOO_EARLY = ErrorKind(
    "appeals.draft_too_early",
    409,
    "Черновик сохраняется начиная с третьего шага.",
    "A draft is kept from the third step on.",
)
FILE_FIELD = ErrorKind(
    "appeals.no_such_document", 422, "На этом шаге нет такого вида документов.", "There is no such kind of documents."
)
ONE_FILE = ErrorKind(
    "appeals.one_file",
    409,
    "Здесь может быть только один файл: сначала удалите загруженный.",
    "Only one file is taken here: remove the other one first.",
)
FILES_FULL = ErrorKind("appeals.too_many_files", 409, "Больше файлов приложить нельзя.", "No more files are taken.")
FILE_SUFFIX = ErrorKind(
    "appeals.file_suffix", 422, "Нужен файл с расширением «{suffix}».", "The file's name must end in “{suffix}”."
)
FILE_USED = ErrorKind(
    "appeals.file_unknown",
    422,
    "Такого загруженного файла нет, или он уже отправлен.",
    "There is no such uploaded file, or it has been sent already.",
)
FILE_AWAITED = ErrorKind(
    "appeals.file_awaited",
    409,
    "Компания ещё не передала этот файл, попробуйте позже.",
    "The company has not sent this file yet.",
)
SIGNATURE_MISSING = ErrorKind(
    "appeals.signature_missing",
    422,
    "Документ «{name}» не подписан.",
    "The document “{name}” is not signed.",
)
SIGNATURE_EXTRA = ErrorKind(
    "appeals.signature_of_nothing", 422, "Подпись дана не для документа этого обращения.", "There is no such document."
)
POWER_MALFORMED = ErrorKind(
    "appeals.power_malformed",
    422,
    "Доверенность (МЧД) и её подпись передаются в кодировке base64.",
    "The power of attorney and its signature must be base64.",
)
NOTHING_TO_SIGN = ErrorKind(
    "appeals.nothing_to_sign", 409, "Документов на подписание нет.", "There is nothing to be signed."
)
KEY_MISMATCH = ErrorKind(
    "appeals.key_mismatch",
    422,
    "Произошла ошибка при регистрации обращения. Документы подписаны сертификатом, который не совпадает с его "
    "открытым ключом или открытый ключ не зарегистрирован в системе. Пожалуйста, изучите процесс подачи заявки "
    "в руководстве пользователя",
    "The documents are signed with a certificate that does not match its public key, or the key is not registered.",
)
REGISTRATION_REFUSED = ErrorKind(
    "appeals.registration_refused",
    422,
    "Произошла ошибка при регистрации обращения. Для решения вопроса направьте в службу технической поддержки "
    "на адрес {email} информацию об организации, по которой подаете обращение.",
    "The registration failed. Write to {email} and name the organisation that you file the appeal for.",
)
VERIFIER_DOWN = ErrorKind(
    "appeals.verifier_unavailable",
    503,
    "Проверка подписей временно недоступна, повторите позже.",
    "Signatures cannot be verified now, try again later.",
)
DIRECTORY_DOWN = ErrorKind(
    "appeals.directory_unavailable",
    503,
    "Справочник организаций временно недоступен: повторите позже или введите название вручную.",
    "The directory of organisations cannot be reached: try again later, or enter the name by hand.",
)
CLOSED_CORRESPONDENCE = ErrorKind(
    "appeals.no_correspondence",
    409,
    "По данному обращению переписка недоступна",
    "No correspondence is possible on this appeal.",
)
NOT_OPEN = ErrorKind(
    "appeals.not_open", 409, "Обращение не открыто: это действие недоступно.", "The appeal is not open."
)
NOT_WITHDRAWABLE = ErrorKind(
    "appeals.not_withdrawable", 409, "Отказаться от этой заявки нельзя.", "This appeal cannot be withdrawn."
)
DIALOGUE_FULL = ErrorKind(
    "appeals.dialogue_full", 409, "В этом обращении больше нет места для сообщений.", "No more messages are taken."
)
NOT_A_REQUEST = ErrorKind(
    "appeals.not_a_request",
    409,
    "Это обращение не запрашивает роль «Администратор».",
    "This appeal does not request the role of an administrator.",
)
# ---- rows of the company
NO_ATTEMPT = ErrorKind(
    "appeals.no_such_attempt",
    422,
    "Обращение с такой отправкой не ждёт регистрации",
    "No appeal of this attempt waits for a registration.",
)
NUMBER_NEEDED = ErrorKind(
    "appeals.number_needed",
    422,
    "Нужен номер и дата регистрации либо причина отказа",
    "Give a number and a date of registration, or a reason of refusal.",
)
NUMBER_TAKEN = ErrorKind(
    "appeals.number_taken", 422, "Этот номер уже присвоен другому обращению", "Another appeal has this number."
)
NO_APPEAL = ErrorKind(
    "appeals.no_such_appeal", 422, "Такого зарегистрированного обращения нет", "There is no such registered appeal."
)
NO_MESSAGE = ErrorKind(
    "appeals.no_such_message",
    422,
    "В обращении нет такого сообщения компании",
    "The appeal has no such message of the company.",
)
MESSAGE_OR_BLOCK = ErrorKind(
    "appeals.message_or_block",
    422,
    "Файл относится либо к сообщению, либо к блоку",
    "A file is of a message or of a block.",
)
OVER = ErrorKind("appeals.closed", 422, "Обращение закрыто", "The appeal is closed.")

ERRORS = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
