"""The demo organisation's server on 127.0.0.1: AWS's protocols for boto3, and the paths of core.demo.control."""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from core import runs
from core.demo import organisation
from core.demo.application import PAGE_SIZE, Demo
from core.demo.model import Organisation


class _Quiet(MotoRequestHandler):
    """Prints no line for each request, and hangs up where there is to be no answer."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing; /demo/calls tells."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Close without an answer."""
        self.close_connection = True


def serving(demo: Demo, port: int = 0) -> BaseWSGIServer:
    """A server on 127.0.0.1 that still has to be run; port 0 takes a free one."""
    return make_server("127.0.0.1", port, demo, threaded=True, request_handler=_Quiet)


def main(
    port: int,
    as_of: date,
    seed: int = 7,
    latency_ms: int = 0,
    scale: int = 1,
    page_size: int = PAGE_SIZE,
    build: Callable[[date, int, int], Organisation] = organisation.build,
) -> None:
    """Serve the demo organisation until stopped, or another that `build` makes of day, seed and scale."""
    demo = Demo(build(as_of, seed, scale), latency=latency_ms / 1000, page_size=page_size)
    os.nice(10)  # it shares the machine with the pages that show it, and they go first
    server = serving(demo, port)
    print(f"The demo organisation answers at http://127.0.0.1:{server.port}", flush=True)  # noqa: T201 - a command's output
    server.serve_forever()


def _leave_with_parent() -> None:
    """End this process once standard input ends, which is when the process at its other end has gone, however that came about."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.demo.server", description="Serve the demo organisation on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="DATE", help="the UTC day to take for today")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes at least")
    parser.add_argument("--scale", type=int, default=1, help="how many times the EC2 instances")
    parser.add_argument("--page-size", type=int, default=PAGE_SIZE, help="rows of a Cost Explorer page")
    parser.add_argument("--with-stdin", action="store_true", help="end when standard input does")
    return parser.parse_args(arguments)


def command(build: Callable[[date, int, int], Organisation] = organisation.build) -> None:
    """Serve what the command line asks for."""
    asked = _arguments(None)
    if asked.with_stdin:
        _leave_with_parent()
    main(asked.port, asked.as_of or runs.utc_now().date(), asked.seed, asked.latency_ms, asked.scale, asked.page_size, build)


if __name__ == "__main__":
    command()
