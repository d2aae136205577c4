"""What pages show where there are no figures: how far the first ones are, the ways to get some, or the way back from the filters."""

import streamlit as st

from app import connect, filters, navigation, progress
from app import format as fmt
from app.cached import Figures
from app.jobs import Job, Kind, desk
from app.view import Known, default_view
from app.workspace import workspace


def nothing_yet(held: Figures, *, here: bool = False) -> None:
    """The state before the first figures; `here` is on the data page, where a link to it would lead nowhere."""
    running = desk.running
    with st.container(border=True, key="nothing-yet"):
        if running and running.kind is Kind.COLLECTION:
            _under_way(running)
        elif held.is_demo:
            _no_demo(here=here)
        elif workspace().credentials.found:
            _not_collected(here=here)
        else:
            _ways_in(here=here)


def no_match(known: Known) -> None:
    """The filters leave nothing."""
    kept = fmt.period(known.coverage.first, known.coverage.last)
    none_here(
        known, "No cost matches these filters", f"Figures are kept for {kept}. Lift a filter above, choose other days, or start over."
    )


def not_known(known: Known, label: str) -> None:
    """The filters leave rows, but no source knows this cost type of them."""
    said = "No row under these filters carries it. Choose another cost type above, or start over."
    none_here(known, f"{label} cost isn't known here", said)


def none_here(known: Known, title: str, said: str) -> None:
    """The filters leave nothing of what a page is about: other filters would."""
    with st.container(border=True, key="none-here"):
        st.subheader(title)
        st.markdown(said)
        reset(known)


def not_collected(title: str, said: str) -> None:
    """A page is about what a collection brings, and there was none yet."""
    with st.container(border=True, key="not-collected"):
        st.subheader(title)
        st.markdown(said)
        navigation.link("data", "Collect from AWS", ":material/arrow_forward:")


def reset(known: Known) -> None:
    """The way back to everything."""
    st.button("Reset filters", type="primary", on_click=filters.show, args=(default_view(known.coverage),), key="reset-empty")


def _under_way(job: Job) -> None:
    if job.about.demo:
        st.subheader("Building the demo organisation")
        st.markdown(
            "A made-up AWS organisation answers on this machine, and its costs and resources are collected as from AWS itself. "
            "It takes about a minute, the first time only."
        )
    else:
        st.subheader("Collecting from AWS")
        st.markdown("The first collection reads 13 months. You can leave this page; it goes on.")
    progress.watched(job)


def _no_demo(*, here: bool) -> None:
    ended = desk.last(Kind.COLLECTION)
    if ended is None:
        st.subheader("Building the demo organisation")
        st.markdown("It begins in a moment.")
        return
    st.subheader("The demo organisation isn't there")
    st.markdown("Its first collection was cancelled." if ended.was_cancelled else "Its first collection didn't bring any costs.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Build it", type="primary", icon=":material/science:", on_click=connect.begin, key="build-demo")
        _link("Import a bill", ":material/upload_file:", here=here)


def _not_collected(*, here: bool) -> None:
    st.subheader("Nothing has been collected yet")
    st.markdown("AWS credentials were found. See what a collection would ask of AWS and what that costs, then begin.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Refresh collection", type="primary", icon=":material/sync:", on_click=connect.ask_to_refresh, key="refresh-empty")
        _link("Check access or import a bill", ":material/database:", here=here)


def _ways_in(*, here: bool) -> None:
    st.subheader("There are no figures yet")
    aws, bill = st.columns(2, gap="large")
    with aws:
        st.markdown(
            "**Connect AWS**  \nSpendscope collects costs and resources of one account or a whole organisation, with credentials that "
            f"may only read. {connect.HOW}"
        )
    with bill:
        st.markdown(
            "**Import a bill**  \n**FOCUS 1.0 to 1.4** from AWS, Microsoft, Google Cloud or Oracle, and **AWS Cost and Usage Reports**, "
            "as CSV, CSV.gz or Parquet. The files stay on this machine."
        )
        _link("Import a bill", ":material/upload_file:", here=here)
        st.caption("From a shell: `python -m core import-billing FILE...`")


def _link(label: str, icon: str, *, here: bool) -> None:
    if not here:
        navigation.link("data", label, icon)
