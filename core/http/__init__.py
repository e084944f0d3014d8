"""The HTTP conventions of the cabinet: access, bodies, problems, lists, idempotency, the API description."""
