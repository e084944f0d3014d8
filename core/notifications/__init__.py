"""Notifications: letters rendered from declared templates and sent by a job through the mail port."""
