"""Electronic documents through Diadoc, or an operator that speaks as it does."""

from core.adapters.edo_diadoc.adapter import DiadocOperator as DiadocOperator
from core.adapters.edo_diadoc.adapter import make_diadoc as make_diadoc
from core.adapters.edo_diadoc.settings import DiadocSettings as DiadocSettings
