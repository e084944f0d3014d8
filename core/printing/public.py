"""What plugins use of it.

`svg(Chart(...))` draws; `await pdf(Paper(...))` prints; `number(...)` writes numbers as both do.
"""

from core.printing.charts import SVG as SVG
from core.printing.charts import Chart as Chart
from core.printing.charts import Series as Series
from core.printing.charts import svg as svg
from core.printing.numbers import number as number
from core.printing.pdf import PDF as PDF
from core.printing.pdf import Pairs as Pairs
from core.printing.pdf import Paper as Paper
from core.printing.pdf import Table as Table
from core.printing.pdf import Text as Text
from core.printing.pdf import pdf as pdf
