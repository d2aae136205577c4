"""What holds for every check, however many there are: metadata, a sentence, a fix, a price, a place in the documents, tests."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core import checks, services
from core.checks import catalogue
from core.checks.contract import PURCHASES, Check, Facts, Finding, NotMeasured, Resource, Threshold
from core.prices import API, SNAPSHOT, PriceList
from core.settings import ROOT, Settings
from tests.core.checks.aws_command import commands, valid
from tests.core.checks.made import NASTY, facts, further_checks, volume

CHECKS = checks.discovered()
COMMITMENTS = (*PURCHASES, "commitments")
"""Types that are about no single resource: their fix buys or lists something."""

GIVEN = ("ec2:instance", "ec2:volume")
"""Types whose ids are AWS's own; people choose those of the others."""

PURE = (
    *("core.checks", "core.reckoning", "core.prices", "core.commitments", "core.pools", "core.instance_types"),
    *("core.analysis", "core.errors"),
)
"""What a check may know of this project: no store, no AWS, no settings."""


def module_of(check: Check) -> Any:
    """The module of a check's own tests."""
    return importlib.import_module(f"tests.core.checks.test_{check.id}")


def found_by(check: Check) -> tuple[Resource, Facts]:
    """The resource, of a nasty name, that a check's own tests say that it finds."""
    resource, known = module_of(check).FOUND
    assert isinstance(resource, Resource)
    assert isinstance(known, Facts)
    return resource, known


def finding_of(check: Check) -> Finding:
    answer = check.find(*found_by(check))
    assert isinstance(answer, Finding), answer
    return answer


def source_of(check: Check) -> str:
    return (Path(checks.__file__).parent / f"{check.id}.py").read_text(encoding="utf-8")


def lines_of(reckoned: dict[str, Any] | None) -> list[dict[str, Any]]:
    return list(reckoned["lines"]) if reckoned else []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
class TestEveryCheck:
    def test_its_service_is_one_of_the_vocabulary(self, check: Check) -> None:
        assert services.service(check.service).label == check.service

    def test_its_settings_exist_and_have_the_same_default(self, check: Check) -> None:
        for threshold in check.thresholds:
            if threshold.setting:
                assert Settings.model_fields[threshold.setting].default == threshold.default

    def test_it_is_pure(self, check: Check) -> None:
        tree = ast.parse(source_of(check))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" if node.module == "core" else str(node.module) for alias in node.names}
        ours = {name for name in names if name.split(".")[0] in ("core", "app", "tests")}
        assert {name for name in ours if not name.startswith(PURE)} == set()
        assert not {name.split(".")[0] for name in names} & {"boto3", "botocore", "os", "random", "time", "urllib", "clickhouse_connect"}
        assert not re.search(r"datetime\.now|\.today\(|\.utcnow\(", source_of(check))

    def test_it_is_about_a_resource_with_a_nasty_name(self, check: Check) -> None:
        resource, known = found_by(check)
        assert resource.resource_type in check.resource_types
        assert resource.name == NASTY or check.type in COMMITMENTS
        assert known.thresholds[check.id] == {each.name: each.default for each in check.thresholds}

    def test_its_sentence_names_the_resource_on_one_line_and_starts_no_formula(self, check: Check) -> None:
        reason, (resource, _) = finding_of(check).reason, found_by(check)
        assert resource.resource_id in reason or check.type in COMMITMENTS
        assert reason.splitlines() == [reason]
        assert reason[0].isalpha()
        assert reason.endswith(".")
        assert re.search(r"\d", reason)
        assert "$" in reason

    def test_its_fix_is_made_of_commands_that_aws_has(self, check: Check) -> None:
        finding, (resource, _) = finding_of(check), found_by(check)
        for words in commands(finding.fix):
            valid(words)
            if check.type not in COMMITMENTS:
                assert words[words.index("--region") + 1] == resource.region

    def test_its_fix_names_the_resource_by_its_id_and_never_by_its_name(self, check: Check) -> None:
        finding, (resource, _) = finding_of(check), found_by(check)
        words = [word for command in commands(finding.fix) for word in command]
        meant = {resource.resource_id, *finding.elsewhere}
        assert check.type in COMMITMENTS or any(ident in word for ident in meant for word in words)
        assert not [piece for piece in ("calc", "<script", "rm -rf", "`id`") if piece in finding.fix]

    def test_an_id_that_tries_to_break_out_of_the_fix_stays_in_its_place(self, check: Check) -> None:
        resource, known = found_by(check)
        if resource.resource_type in GIVEN:
            return
        answer = check.find(replace(resource, resource_id="x'; rm -rf $HOME #"), known)
        if isinstance(answer, Finding):
            for words in commands(answer.fix):
                valid(words)

    def test_it_saves_something_and_no_more_than_there_is(self, check: Check) -> None:
        finding = finding_of(check)
        assert finding.monthly_savings is not None
        assert finding.cost.usd is not None
        assert 0 < finding.monthly_savings <= finding.cost.usd
        assert bool(finding.base) == (check.type in PURCHASES)
        assert not (finding.parts and finding.elsewhere)
        for shares in (finding.parts, finding.elsewhere):
            assert all(usd > 0 for usd in shares.values())
            assert not shares or abs(sum(shares.values()) - finding.monthly_savings) < Decimal("0.0001")
        assert not finding.base or finding.monthly_savings <= sum(finding.base.values())

    def test_its_price_names_key_source_and_date_and_adds_up(self, check: Check) -> None:
        price = finding_of(check).price
        assert lines_of(price["now"])
        for reckoned in (price["now"], price["after"]):
            for line in lines_of(reckoned):
                assert line["key"]
                assert line["unit"]
                assert line["source"]
                assert line["source_date"] <= "2026-12-31"
                assert line["sku"] or line["source"] != API
            assert sum(Decimal(line["usd"]) for line in lines_of(reckoned)) == (Decimal(reckoned["monthly"]) if reckoned else 0)

    def test_its_sentence_says_where_its_price_is_from(self, check: Check) -> None:
        finding = finding_of(check)
        sources = {line["source"] for part in ("now", "after") for line in lines_of(finding.price[part])}
        assert any(source in finding.reason for source in sources) or check.type in COMMITMENTS

    def test_its_evidence_says_rule_thresholds_and_values_and_is_plain(self, check: Check) -> None:
        evidence = finding_of(check).evidence
        assert evidence["rule"]
        assert evidence["values"]
        assert evidence["thresholds"] == {each.name: each.default for each in check.thresholds}
        assert json.loads(json.dumps(evidence)) == evidence
        for series in evidence["series"]:
            assert {"metric", "statistic", "unit", "daily"} <= series.keys() <= {"metric", "statistic", "unit", "daily", "threshold"}
            assert all(isinstance(value, int | float) for value in series["daily"].values())
        assert all(note.endswith(".") for note in evidence.get("notes", ()))

    def test_a_snapshot_price_lowers_confidence(self, check: Check) -> None:
        resource, known = found_by(check)
        sure = check.find(resource, known)
        assert isinstance(sure, Finding)
        if not any(line["source"] == API for line in lines_of(sure.price["now"])):
            return  # AWS itself reckoned it, or a commitment says what it costs
        prices = PriceList(replace(each, source=SNAPSHOT) for each in known.prices.known())
        cautious = check.find(resource, replace(known, prices=prices))
        assert isinstance(cautious, Finding)
        assert cautious.confidence < sure.confidence

    def test_without_prices_it_saves_nothing_that_is_known(self, check: Check) -> None:
        resource, known = found_by(check)
        if not known.prices.known():
            return
        abroad = replace(resource, region="mx-central-1") if check.type not in COMMITMENTS else resource
        answer = check.find(abroad, replace(known, prices=PriceList()))
        assert not isinstance(answer, Finding) or answer.monthly_savings is None or check.type == "commitments"

    def test_it_has_tests_of_a_finding_of_near_misses_and_of_what_is_not_measured(self, check: Check) -> None:
        text = Path(module_of(check).__file__).read_text(encoding="utf-8")
        assert "monthly_savings ==" in text
        assert "is None" in text
        assert "NotMeasured" in text or not re.search(r"\b(NotMeasured|unmeasured)\(", source_of(check))
        assert isinstance(module_of(check).worked_example(), Finding)

    def test_its_formula_stands_in_methods_with_an_example(self, check: Check) -> None:
        text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8").split("\n## Opportunities\n")[1]
        part = text.split(f"\n**{check.id}**")[1].split("\n**")[0]
        assert re.search(r"= \$[\d,.]+", part)
        assert f"<!-- example {check.id}: " in part


def test_the_page_about_checks_is_as_the_checks_say() -> None:
    assert (ROOT / "docs" / "checks.md").read_text(encoding="utf-8") == catalogue.markdown()


TOY = '''"""Is it called toy?"""
from core.checks.contract import Check, NotMeasured

CHECK = Check("{id}", "Is there a toy?", "Toy", "idle_resources", "EC2", ("ec2:instance",), "It is a toy.", "Nothing.",
              lambda resource, facts: NotMeasured("it is a toy"))
'''


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A further folder of checks."""
    with further_checks(tmp_path) as further:
        yield further


def test_one_file_is_enough_to_add_a_check(folder: Path) -> None:
    (folder / "toy_check.py").write_text(TOY.format(id="toy_check"), encoding="utf-8")
    (toy,) = [check for check in checks.discovered() if check.id == "toy_check"]
    assert toy.find(volume(1), facts()) == NotMeasured("it is a toy")
    assert "| [`toy_check`](#toy_check) | Toy | `idle_resources` | EC2 |" in catalogue.table()


def test_a_check_s_id_is_its_file_s_name(folder: Path) -> None:
    (folder / "toy_named_wrong.py").write_text(TOY.format(id="toy"), encoding="utf-8")
    with pytest.raises(ValueError, match="toy_named_wrong"):
        checks.discovered()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "Not-an-id"}, "lower case"),
        ({"title": "It is idle."}, "question"),
        ({"type": "waste"}, "type is one of"),
        ({"price": ""}, "price"),
        ({"rule": "idle"}, "sentence"),
        ({"thresholds": (Threshold("days", 1, "", "Days"),)}, "unit"),
        ({"thresholds": (Threshold("days", 1, "days", "Days"),) * 2}, "stands once"),
    ],
)
def test_metadata_is_validated_when_it_loads(wrong: dict[str, object], said: str) -> None:
    right: dict[str, object] = {
        "id": "toy",
        "title": "Is there a toy?",
        "label": "Toy",
        "type": "idle_resources",
        "service": "EC2",
        "resource_types": ("ec2:instance",),
        "rule": "It is a toy.",
        "price": "Nothing.",
        "find": lambda resource, facts: None,
    }
    Check(**right)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=said):
        Check(**{**right, **wrong})  # type: ignore[arg-type]
