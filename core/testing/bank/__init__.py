"""A bank that does not exist: card gateway, payment page and card holders in one process, with its money in a file.

For tests and demonstrations. It speaks the dialects `rbs` and `yookassa`, sharing no code with the adapters.
"""

from core.testing.bank.book import Bank as Bank
from core.testing.bank.server import BankServer as BankServer
from core.testing.bank.shapes import BankOrder as BankOrder
