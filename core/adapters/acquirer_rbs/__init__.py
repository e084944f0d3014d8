"""Card payments through a gateway of the RBS family: VBRR, Sber, Alfa and others by settings."""

from core.adapters.acquirer_rbs.adapter import RbsAcquirer as RbsAcquirer
from core.adapters.acquirer_rbs.adapter import make_rbs as make_rbs
from core.adapters.acquirer_rbs.settings import RbsSettings as RbsSettings
