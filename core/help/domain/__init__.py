"""Rules of help: how a phrase finds a question, and the documents that a fresh host has. Pure."""
