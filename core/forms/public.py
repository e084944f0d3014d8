"""What plugins use of it."""
