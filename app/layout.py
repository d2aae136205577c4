"""What every page has in common: the frame, the freshness line, and how it says that something is empty or failed."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from app import filters, imports, navigation
from app import format as fmt
from app.cached import Figures, figures
from app.view import View
from core.errors import SpendscopeError
from core.store import queries

KINDS = {"focus": "FOCUS export", "cur": "Cost and Usage Report"}


@dataclass(frozen=True)
class Page:
    """A page that has figures to show."""

    figures: Figures
    view: View
    known: filters.Known


STYLE = """<style>
.stMainBlockContainer { padding: 2.25rem 2.5rem 4rem; }
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


def opened(title: str) -> Page | None:
    """The page's figures and view, or None after saying why there are none and what to do."""
    held = figures()
    known = filters.known(held)
    if known is None:
        st.title(title)
        nothing_yet()
        return None
    return Page(held, filters.current(known), known)


def nothing_yet() -> None:
    """The state before the first bill."""
    with st.container(border=True):
        st.subheader("No bill has been imported yet")
        st.markdown(
            "Spendscope reads the billing exports of your cloud providers: **FOCUS 1.0 to 1.4** from AWS, Microsoft, "
            "Google Cloud or Oracle, and **AWS Cost and Usage Reports**, as CSV, CSV.gz or Parquet. The files stay on this machine."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            navigation.link(navigation.DATA, "Import a bill", ":material/upload_file:")
            imports.offer_sample()
        st.caption("From a shell: `python -m core import-billing FILE...`")


def sample_banner(page: Page) -> None:
    """Says that these figures are nobody's."""
    if page.figures.is_sample:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info("You're looking at a made-up sample bill. The first bill that you import takes its place.", icon=":material/science:")


def freshness(page: Page) -> None:
    """One quiet line: up to which day figures are settled, where from, and what is still an estimate."""
    span = page.known.coverage
    settled = min(span.last, page.figures.as_of - timedelta(days=page.figures.config.spendscope_settled_days + 1))
    published = page.figures.snapshot.current
    runs = sorted({partition.run_id for partition in published}, reverse=True)
    entries = {entry.run_id: entry for entry in queries.ledger(page.figures.store)}
    newest = next((entries[run] for run in runs if run in entries), None)
    kinds = sorted({KINDS[partition.source.split(":")[0]] for partition in published})
    parts = [f"Settled up to {fmt.day(settled)}", " and ".join(kinds)]
    if newest:
        parts.append(f"last run {newest.updated_at:%-d %b %Y %H:%M} UTC")
    with st.container(horizontal=True, vertical_alignment="center", key="freshness"):
        st.caption(" · ".join(parts), width="content")
        navigation.link(navigation.DATA, "Sources", ":material/arrow_forward:")


def failed(error: SpendscopeError) -> None:
    """An error that has a sentence and a next step."""
    st.error(f"**{error.message}**\n\n{error.hint}".strip(), icon=":material/error:")
    st.caption("What was kept is unchanged.")
    st.button("Try again", icon=":material/refresh:")
