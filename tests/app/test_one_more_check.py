"""A check that is added as one file shows on the page, in the export and in the documents' table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import navigation, workspace
from core.checks import catalogue
from core.collectors.billing.importer import import_files
from core.settings import ROOT, Settings
from core.store import opportunities, publish
from core.store.client import Store
from tests.bills import rows, write
from tests.core.checks.made import further_checks
from tests.core.test_judge import AS_OF, judged, volume

TOY = '''"""Is the volume a toy?"""
from core.reckoning import ebs
from core.checks.contract import Check, Finding

def find(resource, facts):
    cost = ebs.volume(facts.prices, resource.region, resource.attributes)
    fix = f"aws ec2 delete-volume --volume-id {resource.resource_id} --region {resource.region}"
    return Finding(f"Volume {resource.named} is 1 toy.", fix, cost, 0.9, "low", "low", {"rule": "it is a toy"})

CHECK = Check(
    "ebs_toy", "Is the volume a toy?", "Toy volume", "idle_resources", "EBS", ("ec2:volume",), "It is a toy.", "Its storage.", find
)
'''


@pytest.fixture
def dashboard(store: Store, embedded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard over the test's store, opened on the opportunities."""
    import_files(store, [write(tmp_path / "bill.csv", rows("2026-08", range(1, 32)))], AS_OF)
    monkeypatch.setattr(workspace, "DATABASE", store.database)
    monkeypatch.setattr(workspace, "settings", lambda: embedded.model_copy(update={"spendscope_demo": "off"}))
    first = sorted(navigation.entries(), key=lambda entry: (entry.section != "Savings", entry.name != "opportunities"))
    monkeypatch.setattr(navigation, "entries", lambda: tuple(first))
    workspace.workspace.cache_clear()
    yield AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    workspace.workspace.cache_clear()


def test_it_shows_everywhere(dashboard: AppTest, store: Store, embedded: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    with further_checks(folder):
        (folder / "ebs_toy.py").write_text(TOY, encoding="utf-8")
        judged(store, embedded, volume("vol-1", 100, state="in-use"))  # gp3 at $0.08 a GiB and month
        dashboard.run()
        assert not dashboard.exception
        (shown,) = [table.value for table in dashboard.dataframe if "title" in table.value]
        assert list(shown["title"]) == ["Toy volume"]
        assert list(shown["saves"]) == [8.0]
        exported = opportunities.export(store, publish.snapshot(store), {}, as_of=AS_OF)
        assert exported["check"][0] == "ebs_toy"
        assert "| [`ebs_toy`](#ebs_toy) | Toy volume | `idle_resources` | EBS |" in catalogue.table()
