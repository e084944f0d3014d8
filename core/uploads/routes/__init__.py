"""HTTP of uploads: the same for clients and for staff, each at a place of their own."""

from core.sdk import ACCOUNT, staff
from core.uploads.routes.area import area

ROUTES = (
    *area("/api/v1/uploads", ACCOUNT, "", "uploads"),
    *area("/api/v1/staff/uploads", staff("uploads.attach"), "staff_", "staff"),
)
