"""HTTP of readings: /api/v1/readings."""

from plugins.readings.routes import deadlines, form, history, intervals, peaks

ROUTES = (*form.ROUTES, *history.ROUTES, *deadlines.ROUTES, *peaks.ROUTES, *intervals.ROUTES)
