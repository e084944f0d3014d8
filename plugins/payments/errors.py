"""The plugin's refusals."""

from core.sdk import ErrorKind

PERIOD_REVERSED = ErrorKind(
    "payments.period_reversed", 422, "Начало периода позже его конца", "The period ends before it begins"
)
PERIOD_FUTURE = ErrorKind("payments.period_future", 422, "Период ещё не закончился", "The period is not over yet")
PERIOD_TOO_LONG = ErrorKind(
    "payments.period_too_long", 422, "Период не может быть длиннее {years} лет", "A period may not exceed {years} years"
)
EMAIL_FORMAT = ErrorKind(
    "payments.email_format", 422, "Неверный адрес электронной почты", "This is not an e-mail address"
)
WITHOUT_FILE = ErrorKind(
    "payments.without_file",
    409,
    "Файл документа ещё не сформирован, повторите позже",
    "The file of the document is not ready yet, try again later",
)
FILE_TOO_LARGE = ErrorKind(
    "payments.file_too_large",
    409,
    "Файл слишком велик для письма, скачайте его",
    "The file is too large for a letter, download it",
)
NOTHING_TO_PACK = ErrorKind(
    "payments.nothing_to_pack", 409, "За этот месяц нет готовых файлов", "There are no files for this month"
)

# ---- paying
AMOUNT_FORMAT = ErrorKind(
    "payments.amount_format",
    422,
    "Введите сумму больше нуля: рубли и не более двух знаков копеек",
    "Enter an amount above zero with at most two decimals",
)
AMOUNT_FIXED = ErrorKind(
    "payments.amount_fixed",
    422,
    "Сумма по выбранным документам не меняется: {amount} руб.",
    "The amount of the chosen documents is fixed: {amount} roubles",
)
AMOUNT_TOO_LARGE = ErrorKind(
    "payments.amount_too_large",
    422,
    "Не более {most} руб. за один платёж",
    "At most {most} roubles in one payment",
)
ALREADY_PAID = ErrorKind("payments.already_paid", 422, "Документ уже оплачен", "The document is paid already")
UNKNOWN_BILL = ErrorKind(
    "payments.unknown_bill", 422, "По договору нет такого счёта", "The contract has no such document"
)
BILL_TWICE = ErrorKind("payments.bill_twice", 422, "Документ указан дважды", "The document is given twice")
UNKNOWN_CARD = ErrorKind("payments.unknown_card", 422, "Такой привязанной карты нет", "There is no such linked card")
BEING_PAID = ErrorKind(
    "payments.being_paid",
    409,
    "Эти документы уже оплачиваются. Завершите начатую оплату или дождитесь, пока банк её закроет: в {until}",
    "These documents are being paid already. Finish that payment or wait until the bank closes it at {until}",
)
NO_CARDS = ErrorKind("payments.no_cards", 409, "Оплата картой не подключена", "The supplier does not take cards")
BANK_UNAVAILABLE = ErrorKind(
    "payments.bank_unavailable",
    503,
    "Банк не отвечает, оплата не начата. Повторите позже",
    "The bank does not answer, the payment was not started. Try again later",
)
BANK_REFUSED = ErrorKind(
    "payments.bank_refused", 409, "Банк не принял платёж. {text}", "The bank did not take the payment. {text}"
)
CALLBACK_FORGED = ErrorKind(
    "payments.callback_forged", 400, "Отправитель сообщения не подтверждён", "The sender could not be verified"
)
NOT_TAKEN = ErrorKind(
    "payments.not_taken", 409, "По этому платежу деньги не получены", "No money was taken by this payment"
)
RETURN_TOO_LARGE = ErrorKind(
    "payments.return_too_large",
    422,
    "Вернуть можно не больше {left} руб.",
    "At most {left} roubles can be given back",
)

# ---- the accountant's bank
NO_PAYEE = ErrorKind(
    "payments.no_payee",
    409,
    "Реквизиты сбытовой компании для оплаты через банк не заданы или заданы с ошибкой",
    "The supplier's bank requisites are not set, or wrong",
)
NOTHING_TO_PAY = ErrorKind(
    "payments.nothing_to_pay", 409, "Неоплаченных документов нет", "There are no unpaid documents"
)
NOT_A_STATEMENT = ErrorKind(
    "payments.not_a_statement", 422, "Выписка не прочитана: {reason}", "The statement cannot be read: {reason}"
)

# ---- of the company's rows
NOT_A_MONTH = ErrorKind(
    "payments.not_a_month", 422, "Месяц задаётся своим первым днём", "A month is given by its first day"
)
MORE_THAN_AMOUNT = ErrorKind(
    "payments.more_than_amount", 422, "Остаток больше суммы документа", "More remains than the document's amount"
)
ANOTHER_CONTRACT = ErrorKind(
    "payments.another_contract",
    422,
    "Под этим ключом загружен документ другого договора",
    "The key belongs to a document of another contract",
)
PERIOD_NEEDED = ErrorKind(
    "payments.period_needed",
    422,
    "Акту сверки нужен период: с даты по дату",
    "An act of reconciliation needs its period",
)
UNKNOWN_ORDER = ErrorKind(
    "payments.unknown_order",
    422,
    "По договору нет такого заказа акта сверки",
    "The contract has no such order of an act",
)
ORDER_ANSWERED = ErrorKind(
    "payments.order_answered", 422, "По этому заказу акт уже выставлен", "The order was answered by another act"
)
UNKNOWN_PAYMENT = ErrorKind(
    "payments.unknown_payment",
    422,
    "По договору нет такой оплаты в кабинете",
    "The contract has no such payment of the cabinet",
)

ERRORS: tuple[ErrorKind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, ErrorKind))
