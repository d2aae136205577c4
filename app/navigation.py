"""The pages, in the order of the sidebar; links between them go through here."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

PAGES = Path(__file__).resolve().parent.parent / "pages"


class Entry(NamedTuple):
    """A page: its file in `pages/`, which is also its address, and how it is named."""

    name: str
    title: str
    icon: str


OVERVIEW = Entry("overview", "Overview", ":material/dashboard:")
COST = Entry("cost", "Cost", ":material/bar_chart:")
ANOMALIES = Entry("anomalies", "Anomalies", ":material/troubleshoot:")
FORECAST = Entry("forecast", "Forecast", ":material/trending_up:")
OPPORTUNITIES = Entry("opportunities", "Opportunities", ":material/savings:")
DATA = Entry("data", "Data", ":material/database:")
SECTIONS = {"Costs": [OVERVIEW, COST, ANOMALIES, FORECAST], "Savings": [OPPORTUNITIES], "Sources": [DATA]}


def page(entry: Entry) -> st.Page:
    """Streamlit's page for an entry; the first of all opens at the root address."""
    first = next(iter(SECTIONS.values()))[0]
    return st.Page(PAGES / f"{entry.name}.py", title=entry.title, icon=entry.icon, url_path=entry.name, default=entry == first)


def navigation() -> st.Page:
    """Draw the sidebar and return the page that the address asks for."""
    return st.navigation({section: [page(entry) for entry in entries] for section, entries in SECTIONS.items()})


def link(entry: Entry, label: str, icon: str | None = None, **choices: str) -> None:
    """A link to a page; the filters stay as they are, and `choices` are that page's own."""
    params: dict[str, str | list[str]] = {name: st.query_params.get_all(name) for name in st.query_params}
    st.page_link(page(entry), label=label, icon=icon, query_params={**params, **choices})
