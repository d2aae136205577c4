"""What holds for every check, however many there are: metadata, a sentence, a fix, a price, a place in the documents, tests."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import checks, services
from core.checks import catalogue
from core.checks.contract import Check, Finding, NotMeasured, Resource, Threshold
from core.settings import ROOT, Settings
from tests.core.checks.made import CPU, IN, OUT, P99, facts, flat, further_checks, instance, volume

CHECKS = checks.discovered()
NASTY = "=cmd|' /C calc'!A0\n<script>$(rm -rf /)`id`;"

# One resource for each check on which it makes a finding.
FOUND: dict[str, Resource] = {
    "ebs_unattached": volume(30, name=NASTY),
    "ec2_idle": instance({CPU: flat(1.0), IN: flat(1.0), OUT: flat(1.0)}, name=NASTY),
    "ec2_underutilized": instance({CPU: flat(10.0), P99: flat(20.0)}, name=NASTY),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
class TestEveryCheck:
    def finding(self, check: Check) -> Finding:
        answer = check.find(FOUND[check.id], facts())
        assert isinstance(answer, Finding)
        return answer

    def test_its_service_is_one_of_the_vocabulary(self, check: Check) -> None:
        assert services.service(check.service).label == check.service

    def test_its_settings_exist_and_have_the_same_default(self, check: Check) -> None:
        for threshold in check.thresholds:
            if threshold.setting:
                assert Settings.model_fields[threshold.setting].default == threshold.default

    def test_its_sentence_names_the_resource_on_one_line_and_starts_no_formula(self, check: Check) -> None:
        reason, resource = self.finding(check).reason, FOUND[check.id]
        assert resource.resource_id in reason
        assert "\n" not in reason
        assert reason[0].isalpha()
        assert reason.endswith(".")
        assert re.search(r"\d", reason)

    def test_its_fix_is_an_aws_command_made_of_ids_only(self, check: Check) -> None:
        finding, resource = self.finding(check), FOUND[check.id]
        for command in finding.fix.split(" && "):
            words = shlex.split(command)
            assert words[0] == "aws"
            assert resource.resource_id in words
            assert words[words.index("--region") + 1] == resource.region
        assert not set(finding.fix) & set("=|<>$`;'\"\n()")

    def test_its_price_names_key_source_date_and_sum(self, check: Check) -> None:
        finding = self.finding(check)
        assert finding.monthly_savings is not None
        assert 0 < finding.monthly_savings <= finding.cost.usd  # type: ignore[operator]
        for line in finding.price["now"]["lines"]:
            assert line["key"]
            assert line["source"] == "Pricing API"
            assert line["source_date"] == "2026-06-10"
            assert line["sku"] == "SKU1"
        assert "(Pricing API)" in finding.reason

    def test_its_evidence_says_rule_thresholds_and_values(self, check: Check) -> None:
        evidence = self.finding(check).evidence
        assert evidence["rule"]
        assert evidence["values"]
        assert evidence["thresholds"] == {each.name: each.default for each in check.thresholds}

    def test_it_asks_only_about_its_own_types(self, check: Check) -> None:
        assert FOUND[check.id].resource_type in check.resource_types

    def test_a_snapshot_price_lowers_confidence(self, check: Check) -> None:
        prices = tuple(each.__class__(**{**each.__dict__, "source": "snapshot 2026-07-20"}) for each in facts().prices.known())
        cautious = check.find(FOUND[check.id], facts(prices=prices))
        assert isinstance(cautious, Finding)
        assert cautious.confidence < self.finding(check).confidence

    def test_it_has_tests_of_a_finding_and_of_near_misses(self, check: Check) -> None:
        text = (Path(__file__).parent / f"test_{check.id}.py").read_text(encoding="utf-8")
        assert "monthly_savings ==" in text
        assert "is None" in text
        assert "NotMeasured" in text

    def test_its_formula_stands_in_methods_with_an_example(self, check: Check) -> None:
        text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8").split("\n## Opportunities\n")[1]
        part = text.split(f"\n**{check.id}**")[1].split("\n**")[0]
        assert re.search(r"= \$[\d,.]+", part)


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
