"""Card payments through YooKassa."""

from core.adapters.acquirer_yookassa.adapter import YooKassaAcquirer as YooKassaAcquirer
from core.adapters.acquirer_yookassa.adapter import make_yookassa as make_yookassa
from core.adapters.acquirer_yookassa.settings import YooKassaSettings as YooKassaSettings
