"""Problems of help."""

from core.sdk import ErrorKind

GROUP_NOT_EMPTY = ErrorKind(
    "help_group_not_empty",
    409,
    "В группе есть вопросы: сначала удалите или перенесите их.",
    "The group has questions: remove or move them first.",
)
GROUP_UNKNOWN = ErrorKind("help_group_unknown", 422, "Такой группы нет", "There is no such group")
VERSION_TAKEN = ErrorKind(
    "help_version_taken",
    409,
    "Документ этого вида с версией «{version}» уже опубликован: укажите новую версию.",
    "Version “{version}” of this document was published already: give a new one.",
)

ERRORS = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
