"""The demo's server as a child process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import date
from urllib.request import urlopen

import pytest

from core.demo.process import DemoProcess
from core.errors import SpendscopeError
from core.settings import ROOT

AS_OF = date(2026, 11, 15)

_PARENT = """
import sys, time
from datetime import date
from core.demo.process import DemoProcess
server = DemoProcess.start(date(2026, 11, 15))
print(server.pid, server.endpoint, flush=True)
time.sleep(60)
"""


def test_it_serves_until_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")  # of no concern to the server
    with DemoProcess.start(AS_OF) as server:
        with urlopen(f"{server.endpoint}/demo/health", timeout=5) as answer:
            assert json.load(answer)["as_of"] == "2026-11-15"
        assert server.running
    assert not server.running
    server.stop()


def test_it_dies_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid, _ = parent.stdout.readline().split()
        parent.send_signal(signal.SIGKILL)
    assert _gone(int(pid))


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SpendscopeError, match="in use"):
        DemoProcess.start(AS_OF, port=taken.getsockname()[1])


def _gone(pid: int) -> bool:
    """Whether the process ends within ten seconds; an unreaped one has ended."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False
