"""HTTP of readings: /api/v1/readings."""

from plugins.readings.routes import deadlines, form, history, intervals, peaks, templates

ROUTES = (
    *form.ROUTES,
    *history.ROUTES,
    *deadlines.ROUTES,
    *peaks.ROUTES,
    *templates.ROUTES,
    *intervals.ROUTES,
)
