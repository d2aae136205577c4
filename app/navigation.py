"""The pages, found by their being in `pages/`; links between them go through here.

A page says what it is called and where it stands in the sidebar, in a constant that is read without running the page:

    PAGE = {"title": "Cost", "icon": ":material/bar_chart:", "section": "Costs", "place": 2}

Its file's name is its address; the first of all opens at the root.
"""

import ast
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import streamlit as st

PAGES = Path(__file__).resolve().parent.parent / "pages"
SECTIONS = ("Costs", "Savings", "Sources")


@dataclass(frozen=True)
class Entry:
    """A page: its file's name, how it is called, and where it stands."""

    name: str
    title: str
    icon: str
    section: str
    place: int


@lru_cache
def entries(folder: Path = PAGES) -> tuple[Entry, ...]:
    """Every page in the order of the sidebar. Raises ValueError for a file that doesn't say what it is."""
    found = [_entry(file) for file in sorted(folder.glob("*.py"))]
    return tuple(sorted(found, key=lambda entry: (SECTIONS.index(entry.section), entry.place)))


def page(name: str) -> st.Page:
    """Streamlit's page of this name."""
    entry = next(entry for entry in entries() if entry.name == name)
    return st.Page(PAGES / f"{name}.py", title=entry.title, icon=entry.icon, url_path=name, default=entry == entries()[0])


def navigation() -> st.Page:
    """Draw the sidebar and return the page that the address asks for."""
    sections = groupby(entries(), key=lambda entry: entry.section)
    return st.navigation({section: [page(entry.name) for entry in listed] for section, listed in sections})


def link(name: str, label: str, icon: str | None = None, **choices: str) -> None:
    """A link to a page; the filters stay as they are, and `choices` are that page's own."""
    params: dict[str, str | list[str]] = {param: st.query_params.get_all(param) for param in st.query_params}
    st.page_link(page(name), label=label, icon=icon, query_params={**params, **choices})


def _entry(file: Path) -> Entry:
    told = next((_literal(node) for node in ast.parse(file.read_text(encoding="utf-8")).body if _is_entry(node)), None)
    if not isinstance(told, dict) or set(told) != {"title", "icon", "section", "place"} or told["section"] not in SECTIONS:
        raise ValueError(f"{file.name} needs PAGE = {{title, icon, section, place}}, with one of the sections {', '.join(SECTIONS)}")
    return Entry(file.stem, **told)


def _is_entry(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["PAGE"]


def _literal(node: ast.stmt) -> Any:
    return ast.literal_eval(node.value) if isinstance(node, ast.Assign) else None
