"""What every page has in common: the frame, the freshness line, and how it says that something is empty or failed."""

from dataclasses import dataclass, replace

import streamlit as st

from app import bills, connect, filters, navigation
from app import format as fmt
from app.cached import Figures, figures
from app.nothing import nothing_yet
from app.view import Choice, View
from core.errors import SpendscopeError
from core.models import Filters, Snapshot
from core.store import ledger, queries, series
from core.store.client import Store
from core.store.writes import LedgerEntry


@dataclass(frozen=True)
class Page:
    """A page that has figures to show."""

    figures: Figures
    view: View
    known: filters.Known

    @property
    def all_days(self) -> Filters:
        """The selection and cost type over every day with figures: what is learnt from doesn't depend on the days shown."""
        return replace(self.view.filters, start=self.known.coverage.first, end=self.known.coverage.last)


STYLE = """<style>
.stMainBlockContainer { padding: 2.25rem 2.5rem 4rem; }
.st-key-demo-banner { margin-bottom: -0.75rem; }
.st-key-freshness { margin-top: -0.75rem; }
[data-testid="stMetricValue"], [data-testid="stMetricDelta"] { font-variant-numeric: tabular-nums; }
@media (max-width: 900px) { .stMainBlockContainer { padding: 1.5rem 1rem 3rem; } }
</style>"""


def frame() -> None:
    """The sidebar's head, and the little that the theme's settings can't say."""
    st.logo(LOGO, size="large")
    st.html(STYLE)


LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 168 32" width="168" height="32">
<g fill="none" stroke="#3f7ee8" stroke-width="3.2" stroke-linecap="round"><circle cx="14" cy="14" r="9.4"/><path d="m21 21 7 7"/></g>
<g fill="#3f7ee8"><rect x="9" y="14" width="2.8" height="5" rx="1"/><rect x="12.7" y="11" width="2.8" height="8" rx="1"/>
<rect x="16.4" y="8.5" width="2.8" height="10.5" rx="1"/></g>
<text x="38" y="22" font-family="system-ui, sans-serif" font-size="19" font-weight="650" fill="#7d8ca1">Spendscope</text></svg>"""


def opened(title: str, *choices: Choice) -> Page | None:
    """The page's figures and view, with its own choices in it, or None after saying why there are no figures and what to do."""
    held = figures()
    known = filters.known(held)
    if known is None:
        st.title(title)
        nothing_yet(held)
        return None
    return Page(held, filters.current(known, choices), known)


def demo_banner(entry: str) -> None:
    """Says on every page that these figures are nobody's, and how to see one's own."""
    held = figures()
    if not (held.is_demo and held.snapshot.bills):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="demo-banner"):
        label = ":blue-badge[:material/science: Demo]"
        if entry == "data":
            st.caption(f"{label} The figures of a made-up organisation. Import a bill to see your own, or connect AWS. {connect.HOW}")
        else:
            st.caption(f"{label} The figures of a made-up organisation, until you give AWS credentials or import a bill.", width="content")
            navigation.link("data", "How", ":material/arrow_forward:")


def freshness(page: Page) -> None:
    """One quiet line: up to which day figures are settled, where from, how old, and what is incomplete."""
    settled = page.figures.read(series.settled, page.figures.settled_days)
    newest = page.figures.read(_newest_run)
    missing = page.figures.read(_missing)
    parts = [
        f"Settled up to {fmt.day(settled)}" if settled and settled >= page.known.coverage.first else "No day has settled yet",
        bills.kinds(page.figures.snapshot.bills),
    ]
    if newest:
        parts.append(f"last run {newest.updated_at:%-d %b %Y %H:%M} UTC")
    if missing:
        parts.append(f":material/warning: {fmt.count(missing, 'part')} of the last collection incomplete")
    with st.container(horizontal=True, vertical_alignment="center", key="freshness"):
        st.caption(" · ".join(parts), width="content")
        navigation.link("data", "Sources", ":material/arrow_forward:")


def _newest_run(store: Store, snap: Snapshot) -> LedgerEntry | None:
    published = {partition.run_id for partition in snap.current}
    return max((entry for entry in queries.ledger(store) if entry.run_id in published), key=lambda entry: entry.started_at, default=None)


def _missing(store: Store, snap: Snapshot) -> int:
    """How many parts of the last collection are incomplete; the snapshot stands for the time of the answer."""
    newest = ledger.newest_collection(store)
    return ledger.spent(store).get(newest.run_id, ledger.Spent()).incomplete if newest and not snap.empty else 0


def failed(error: SpendscopeError) -> None:
    """An error that has a sentence and a next step."""
    st.error(f"**{error.message}**\n\n{error.hint}".strip(), icon=":material/error:")
    st.caption("What was kept is unchanged.")
    st.button("Try again", icon=":material/refresh:")
