"""Servers in processes of their own, which only answer tests and aren't measured for coverage: measuring would slow them by half."""

from datetime import date

import pytest

from core.demo.process import DemoProcess

MEASURING = "COVERAGE_PROCESS_CONFIG"
"""The environment variable that has coverage measure a process."""


def demo_process(as_of: date) -> DemoProcess:
    """The demo organisation as of a day."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(MEASURING, raising=False)
        return DemoProcess.start(as_of)
