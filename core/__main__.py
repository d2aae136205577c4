"""The command line: `python -m core COMMAND`. Results go to standard output, progress and errors to standard error."""

import argparse
import sys
from collections.abc import Sequence

from core.commands import analyze, check_access, collect, demo_server, export, import_billing
from core.errors import SpendscopeError

COMMANDS = (collect, import_billing, analyze, export, check_access, demo_server)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, 1 where something is lacking, 2 for a refusal or failure that is explained, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except SpendscopeError as error:
        print(f"\n{error}" if sys.stderr.isatty() else str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was published.", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Spendscope's command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        added = commands.add_parser(command.NAME, help=command.HELP)
        command.add(added)
        added.set_defaults(command=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
