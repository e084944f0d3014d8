"""Alembic asks for this file; everything is configured by core.db.migrate, which passes the open connection."""

from alembic import context

context.configure(**context.config.attributes["options"])
context.run_migrations()
