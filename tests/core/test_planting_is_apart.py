"""What is planted in the demo organisation is made without the code and the numbers of what is to find it.

Both sides read one list, that of public EC2 prices in `core/price_list`: data, and no rule. Everything else that the emulator charges
stands in `core/demo/prices.py`, and every rule that it plants for is written out in words and numbers of its own.
"""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT

FINDERS = (
    *("core.checks", "core.reckoning", "core.prices", "core.commitments", "core.pools", "core.waterfall", "core.verdicts"),
    *("core.judge", "core.sandbox", "core.settings", "core.instance_types", "core.collectors", "core.collection", "core.insight"),
)
"""What the demo must know nothing of: the checks, what they reckon with, how they are judged, and the settings that hold thresholds."""

ALLOWED = {"core.demo.process": {"core.settings"}}
"""A child process is started in the repository's folder, which the settings know; that module plants nothing."""

SHARED_DATA = {"ec2_linux_us_east_1.csv"}
DEMO = sorted((ROOT / "core" / "demo").rglob("*.py"))
WITNESSES = [ROOT / "tests" / "core" / "demo" / name for name in ("test_planted.py", "built.py")]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever in it that stands; of `from a import b` both a and a.b."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def finders(modules: Iterator[str]) -> set[str]:
    return {module for module in modules if any(module == name or module.startswith(f"{name}.") for name in FINDERS)}


def strings(path: Path) -> Iterator[str]:
    """Every piece of text in a file's code."""
    yield from (
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("path", DEMO, ids=module_of)
def test_no_module_of_the_demo_imports_what_finds(path: Path) -> None:
    found = finders(imported(path))
    assert {name for name in found if not any(name.startswith(allowed) for allowed in ALLOWED.get(module_of(path), ()))} == set()


@pytest.mark.parametrize("path", DEMO, ids=module_of)
def test_no_module_of_the_demo_imports_by_a_name_that_is_made_up_as_it_runs(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)} | {call.attr for call in calls if isinstance(call, ast.Attribute)}
    assert not names & {"__import__", "import_module", "exec", "eval", "run_path", "run_module"}


@pytest.mark.parametrize("path", WITNESSES, ids=module_of)
def test_what_checks_the_planting_imports_none_of_it_either(path: Path) -> None:
    assert finders(imported(path)) == set()


def test_the_only_shared_data_are_public_prices_of_ec2() -> None:
    read = {text for path in DEMO for text in strings(path) if text.endswith(".csv")}
    assert read == SHARED_DATA


LOADED = """
import sys
from datetime import date
from core.demo import application, organisation
organisation.build(date(2026, 11, 23))
print("\\n".join(name for name in sys.modules if name.startswith("core.")))
"""


def test_building_the_organisation_loads_none_of_it() -> None:
    ran = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    loaded = ran.stdout.split()
    assert "core.demo.planted" in loaded
    assert finders(iter(loaded)) == set()
