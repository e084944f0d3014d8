"""A pytest plugin for the core's tests and for yours: databases, a movable clock, clients, port suites."""
