"""Rules of signatures: what a certificate says, whom it binds, what a power of attorney grants. Pure."""
