"""The documentation says what the code does: settings, commands, formulas, links."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from core.aws import permissions
from core.collectors import discovered
from core.collectors.billing import cur
from core.models import CostType
from core.settings import ROOT, Settings

DOCS = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").glob("*.md"))


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _cells(text: str) -> list[list[str]]:
    """The rows of all tables in a text."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    rows = {row[0]: row for row in _cells(_text("docs/settings.md"))}
    row = rows.get(f"`{name.upper()}`")
    assert row, f"{name.upper()} isn't in docs/settings.md"
    default = Settings.model_fields[name].default
    if isinstance(default, int | float):
        assert row[1] == f"`{default}`"


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)`", _text("docs/settings.md"), re.MULTILINE))
    assert named - {name.upper() for name in Settings.model_fields} == {"PORT", "HOST"}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_make_command_is_a_target(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    said = re.findall(r"^    make ([a-z-]+)", text, re.MULTILINE) + re.findall(r"`make ([a-z -]+?)(?: [A-Z]\w+=.*)?`", text)
    named = {target for words in said for target in words.split()}
    assert named <= targets
    assert named >= {"run", "test"} or path.name != "README.md"


def test_continuous_integration_runs_lint_and_the_test_command_of_the_readme() -> None:
    run = _text(".ci/run")
    assert re.search(r"^make lint\b", run, re.MULTILINE)
    section = _text("README.md").split("\n## Test\n")[1].split("\n## ")[0]
    command = re.findall(r"^    (make .+)$", section, re.MULTILINE)[0]
    assert re.search(rf"^{command}\b", run, re.MULTILINE)


def _methods_line_item_types() -> set[str]:
    table = _text("docs/methods.md").split("| line-item type |")[1].split("\n\n")[0]
    return {name for row in _cells(table) for name in re.findall(r"`([A-Z][A-Za-z]+)`", row[0])}


def _handled_line_item_types() -> set[str]:
    """Every type that the CUR expressions compare with."""
    sql = " ".join((*cur.TARGETS.values(), cur._net_amortized(cur._NET_UNBLENDED_IN_FILE)))
    single = re.findall(r"line_item_line_item_type !?= '(\w+)'", sql)
    lists = re.findall(r"line_item_line_item_type IN \(([^)]*)\)", sql)
    return {*single, *(name for names in lists for name in re.findall(r"'(\w+)'", names))}


def test_the_table_of_methods_and_the_expressions_name_the_same_line_item_types() -> None:
    documented = _methods_line_item_types()
    by_rule = {name for name in documented if name == "Usage" or name.endswith("Discount")}
    assert documented - by_rule <= _handled_line_item_types()
    assert _handled_line_item_types() <= documented


def test_every_cur_column_in_methods_is_read() -> None:
    named = re.findall(r"`((?:line_item|reservation|savings_plan|pricing)_[a-z_]+[a-z])`", _text("docs/methods.md"))
    assert set(named) <= set(cur.COLUMNS)


@pytest.mark.parametrize("cost_type", CostType)
def test_every_cost_type_is_explained_under_its_name_on_screen(cost_type: CostType) -> None:
    assert [cost_type.label, f"`{cost_type.value}`"] in [row[:2] for row in _cells(_text("docs/methods.md"))]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}, which isn't there"


def test_the_lock_agrees_with_the_pins() -> None:
    locked = {line.split("==")[0].lower().replace("_", "-"): line.split("==")[1] for line in _pins("constraints.txt")}
    for line in _pins("requirements.txt") + _pins("requirements-dev.txt"):
        name, version = line.split("==")
        assert locked[name.lower()] == version


def _pins(name: str) -> list[str]:
    lines = (line.split("#")[0].strip() for line in _text(name).splitlines())
    return [line for line in lines if "==" in line]


def test_make_knows_every_target() -> None:
    for target in ("run", "test", "lint", "format", "bench", "install", "install-dev"):
        done = subprocess.run(["make", "--dry-run", "--silent", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def _policies() -> list[dict[str, list[dict[str, object]]]]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", _text("docs/aws-collector.md"), re.DOTALL)]


def _actions(policy: dict[str, list[dict[str, object]]]) -> set[str]:
    actions: set[str] = set()
    for statement in policy["Statement"]:
        named = statement["Action"]
        actions |= set(named) if isinstance(named, list) else {str(named)}
    return actions


def test_the_policies_allow_what_is_declared_and_nothing_else() -> None:
    own, linked, trust = _policies()
    needed = [*permissions.BASE, *(permission for collector in discovered() for permission in collector.permissions)]
    assert _actions(own) == {permissions.IDENTITY.action, permissions.ROLE.action} | {permission.action for permission in needed}
    assert _actions(linked) == {permission.action for permission in needed if permission.per_account}
    assert _actions(trust) == {permissions.ROLE.action}


def test_every_permission_is_explained() -> None:
    explained = {row[0].strip("`") for row in _cells(_text("docs/aws-collector.md")) if re.fullmatch(r"`[a-z0-9]+:\w+`", row[0])}
    assert explained == _actions(_policies()[0])


def test_every_setting_named_in_the_collector_s_guide_exists() -> None:
    foreign = {"HTTPS_PROXY", "AWS_CA_BUNDLE"}
    named = set(re.findall(r"\b((?:AWS|SPENDSCOPE|HTTPS)_[A-Z_]+)\b", _text("docs/aws-collector.md")))
    assert named - foreign <= {name.upper() for name in Settings.model_fields}
