"""Database access: one writer path (UnitOfWork), one reader path (Reader), on SQLite and PostgreSQL alike."""
