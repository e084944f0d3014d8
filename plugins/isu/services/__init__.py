"""Use cases of smart metering."""
