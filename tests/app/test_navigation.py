"""The pages as the sidebar lists them."""

from pathlib import Path

import pytest

from app import navigation

TOY = '''"""A toy."""

PAGE = {"title": "Toy", "icon": ":material/toys:", "section": "Costs", "place": 9}

raise RuntimeError("read, not run")
'''


def test_every_page_stands_in_its_place() -> None:
    costs, savings = ["overview", "cost", "anomalies", "forecast", "budgets", "resources"], ["opportunities", "savings"]
    assert [entry.name for entry in navigation.entries()] == [*costs, *savings, "data"]
    assert len({(entry.section, entry.place) for entry in navigation.entries()}) == len(navigation.entries())


def test_one_file_is_enough_to_add_a_page(tmp_path: Path) -> None:
    for file in navigation.PAGES.glob("*.py"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    names = [entry.name for entry in navigation.entries(tmp_path)]
    assert names == ["overview", "cost", "anomalies", "forecast", "budgets", "resources", "toy", "opportunities", "savings", "data"]


@pytest.mark.parametrize("told", ["", 'PAGE = {"title": "Toy"}', TOY.replace("Costs", "Toys")])
def test_a_page_that_does_not_say_what_it_is_is_named(tmp_path: Path, told: str) -> None:
    (tmp_path / "toy.py").write_text(told, encoding="utf-8")
    with pytest.raises(ValueError, match=r"toy\.py needs PAGE"):
        navigation.entries(tmp_path)
