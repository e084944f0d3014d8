"""HTTP of readings: /api/v1/readings."""

from plugins.readings.routes import form, history

ROUTES = (*form.ROUTES, *history.ROUTES)
