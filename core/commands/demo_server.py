"""Serve the demo organisation: AWS's APIs over a made-up company, on 127.0.0.1."""

import argparse

from core.commands.common import add_as_of, as_of

NAME = "demo-server"
HELP = "serve the demo organisation's AWS APIs on 127.0.0.1"


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.description = "Serve a made-up AWS organisation, the same for the same date and seed. Point AWS_ENDPOINT_URL at it."
    parser.add_argument("--port", type=int, default=0, help="default: a free one, which is printed")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--latency-ms", type=int, default=0, help="hold every answer back, as a real network does")
    parser.add_argument("--scale", type=int, default=1, help="how many times the usual number of instances")
    parser.add_argument("--page-size", type=int, default=5000, help="rows on a page of Cost Explorer's answers")
    add_as_of(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    from core.demo import server

    server.main(options.port, as_of(options), options.seed, options.latency_ms, options.scale, options.page_size)
    return 0
