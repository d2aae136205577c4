"""The demo organisation's server as a child process, which ends when its parent does."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from datetime import date
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self
from urllib.error import URLError

from core.errors import SpendscopeError
from core.settings import ROOT

_PATIENCE = 120.0
_POLL = 0.1


class DemoProcess:
    """A running server. `endpoint` is the URL to give to boto3; `stop` it, or leave the `with` block."""

    def __init__(self, process: subprocess.Popen[bytes], endpoint: str, output: IO[bytes]) -> None:
        self.endpoint = endpoint
        self._process = process
        self._output = output

    @classmethod
    def start(
        cls,
        as_of: date,
        *,
        port: int = 0,
        seed: int = 7,
        latency_ms: int = 0,
        scale: int = 1,
        page_size: int = 5000,
        module: str = "core.demo.server",
    ) -> Self:
        """Start a server and wait until it answers; port 0 takes a free one. `module` may serve another organisation."""
        options = {"port": port, "as-of": as_of, "seed": seed, "latency-ms": latency_ms, "scale": scale, "page-size": page_size}
        command = [sys.executable, "-m", module, "--with-stdin", *(f"--{name}={value}" for name, value in options.items())]
        output = TemporaryFile()  # noqa: SIM115 - kept open as long as the child runs
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(), stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - ourselves
        started = cls(process, "", output)
        try:
            started._wait(time.monotonic() + _PATIENCE)
        except BaseException:
            started.stop()
            raise
        return started

    def stop(self) -> None:
        """End the server; stopping twice does nothing."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.terminate()
        self._process.wait()
        self._output.close()

    @property
    def running(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def _wait(self, deadline: float) -> None:
        while not self._healthy():
            if not self.running or time.monotonic() > deadline:
                what = "ended" if not self.running else "is not ready in time"
                raise SpendscopeError(
                    f"The demo organisation's server {what}: {self._last_words()}", "Try again, or set SPENDSCOPE_DEMO=off."
                )
            time.sleep(_POLL)

    def _healthy(self) -> bool:
        _, _, address = self._said().partition(" answers at ")
        if not address.endswith("\n"):
            return False
        self.endpoint = address.split()[0]
        try:
            with urllib.request.urlopen(f"{self.endpoint}/demo/health", timeout=5) as answer:  # noqa: S310 - an address of our own child
                return "as_of" in json.load(answer)
        except URLError:
            return False

    def _last_words(self) -> str:
        lines = self._said().strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def _environment() -> dict[str, str]:
    """This process's environment without anything about a real AWS account, which the server has no business with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return kept | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
