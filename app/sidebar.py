"""What stands below the navigation on every page: the refresh button, how far a refresh is, and how it ended."""

import streamlit as st

from app import collecting, connect, progress
from app import format as fmt
from app.jobs import Job, Kind, desk
from app.workspace import workspace
from core.collectors.contract import EstimateLine
from core.errors import StoreError
from core.refresh import Estimate

_WATCHED_SECONDS, _IDLE_SECONDS = 1.0, 4.0


def sidebar() -> None:
    """Draw it, and watch for what other pages, other people and other processes do."""
    drawn = collecting.pulse()  # before anything is drawn, so that whatever changes meanwhile shows as a change
    with st.sidebar.container(key="collection"):
        running = desk.running
        st.button(
            "Refresh collection",
            icon=":material/sync:",
            key="refresh",
            width="stretch",
            disabled=running is not None,
            help=_why_not(running),
            on_click=connect.ask_to_refresh,
        )
        _watch(drawn)
    if connect.asked_to_refresh():
        _ask()


def _why_not(running: Job | None) -> str:
    if running is None:
        return "Costs and resources of AWS, anew. You see first what it will cost."
    return "A collection is going on." if running.kind is Kind.COLLECTION else f"Wait for the {running.kind} to end."


def _watch(drawn: object) -> None:
    """Show the running job, and draw the whole page anew once what it was drawn from has changed."""

    @st.fragment(run_every=_WATCHED_SECONDS if desk.running else _IDLE_SECONDS)
    def look() -> None:
        try:
            changed = collecting.pulse() != drawn
        except StoreError:
            return  # the page itself says so when it is next read
        if changed:
            st.rerun(scope="app")
        _shown()

    look()


def _shown() -> None:
    running = desk.running
    if running is None:
        ended = desk.last(Kind.COLLECTION)
        if ended and not progress.is_dismissed(ended) and not _went_as_usual(ended):
            progress.collected(ended)
    elif running.kind is Kind.COLLECTION:
        st.markdown(f"**Collecting from {running.label}**")
        if workspace().active()[1].bills:  # without figures the page itself shows the steps
            progress.steps(running)
        progress.cancel_button(running)
    else:
        st.caption(running.progress.text)


def _went_as_usual(job: Job) -> bool:
    """Whether a collection that nobody asked for brought everything; there is nothing to say about it then."""
    return job.about.by_itself and bool(job.result) and not job.result.incomplete


@st.dialog("Refresh collection", width="medium")
def _ask() -> None:
    """Say what it will cost before anything is done."""
    space = workspace()
    demo = space.active()[0] is space.demo
    if not demo and not space.credentials.wait():
        st.markdown(connect.NO_CREDENTIALS)
        return
    whole = st.toggle("Re-read all 13 months", help="Without it, only the months that AWS may still change, and whatever is missing.")
    estimate = collecting.estimate(whole=whole)
    st.markdown(_headline(estimate, demo=demo))
    _lines(estimate)
    if not demo:
        st.caption(f"It stops by itself at {progress.dollars(estimate.cap_usd)} (SPENDSCOPE_COST_CAP_USD).".replace("$", r"\$"))
    if st.button("Refresh collection", type="primary", icon=":material/sync:", key="refresh-confirmed"):
        connect.begin(whole=whole)
        st.rerun()


def _headline(estimate: Estimate, *, demo: bool) -> str:
    price = progress.dollars(estimate.usd)
    if demo:
        said = f"**Nothing is charged** for the demo organisation. AWS would charge about **{price}** for {estimate.requests:,} requests."
    else:
        said = f"AWS charges about **{price}** for it: {estimate.requests:,} billed requests."
    return said.replace("$", r"\$")


def _lines(estimate: Estimate) -> None:
    """What is asked and what each part rests on; parts that are free share a line."""
    rows = [f"| {line.label} | {_asked(line)} | {line.usd:.2f} | {line.basis} |" for line in estimate.lines if line.usd]
    st.markdown("\n".join(["| What | Asked | USD | Rests on |", "|---|---|--:|---|", *rows]).replace("$", r"\$"))
    free = [line.label for line in estimate.lines if not line.usd]
    if free:
        st.caption(f"Free of charge: {', '.join(free)}.")


def _asked(line: EstimateLine) -> str:
    return fmt.count(line.requests, "request") + (f", {fmt.count(line.metrics, 'metric')}" if line.metrics else "")
