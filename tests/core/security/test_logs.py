"""What the logs of a host leave out, whatever an error says."""

import json
import subprocess
import sys

SCRIPT = """
import logging
import structlog
from hosts import logs

logs.configure()
SAID = 'Key (email)=(ivanova@example.ru) already exists, Bearer abs_AbC-123_x, postgresql://lk:secret@db:5432/lk'
for log in (logging.getLogger("abonent.jobs").error, structlog.get_logger("abonent.app").error):
    try:
        raise ValueError(SAID)
    except ValueError as error:
        log("unhandled: %s" % error, exc_info=error)
logging.getLogger("abonent.jobs").warning("to %s", "ivanova@example.ru")
"""


def test_addresses_and_tokens_are_blotted_out() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["error", "error", "warning"]
    assert lines[2]["event"] == "to …"
    for line in lines[:2]:
        assert "ValueError: Key (email)=(…) already exists, Bearer …" in line["exception"]
    for secret in ("ivanova", "abs_", "secret"):
        assert secret not in done.stderr
