"""What plugins use of it."""

from core.printing.charts import SVG as SVG
from core.printing.charts import Chart as Chart
from core.printing.charts import Series as Series
from core.printing.charts import svg as svg
from core.printing.numbers import number as number
