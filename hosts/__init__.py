"""Deployments: the command line, the ASGI entry point, and a folder of settings per host."""
