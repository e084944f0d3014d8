"""The demonstration host: an invented supplier, its mailbox, its billing, and a walk through the main job."""
