"""Workbooks of clients: read as streams in bounded memory, written as templates, marked where they are wrong.

`.xlsx` is read here, cell by cell from its XML, so that a decimal is never a binary float on its way. `.xls` is read by
a process of its own with a limit on its memory. Nothing of a client's file is ever executed, resolved or fetched.
"""
