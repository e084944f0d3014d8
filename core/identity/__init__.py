"""Identity: registration, sign-in and sessions, the profile; staff and service accounts."""
