"""How far a job is, and how it ended, as pages and the sidebar show it."""

import textwrap
from decimal import Decimal
from typing import Any

import streamlit as st

from app import format as fmt
from app import navigation
from app.jobs import Job

_LONGEST = 300
_DISMISSED = "dismissed-jobs"


def steps(job: Job) -> None:
    """The steps so far: a ticked line for each that is done with, and a bar for the one that was told of last."""
    *past, present = job.steps or [job.progress]
    for step in past:
        st.caption(f":material/check: {step.step}" + (f" · {step.done:,} {step.unit}" if step.total and step.done >= step.total else ""))
    if present.total:
        st.progress(min(present.done / present.total, 1.0), present.text)
    else:
        st.caption(f":material/more_horiz: {present.text}")
    if job.note:
        st.caption(f":material/hourglass_top: {job.note}")


@st.fragment(run_every=1.0)
def watched(job: Job) -> None:
    """The steps, as they come; their end draws the whole page anew, from the sidebar."""
    steps(job)


def cancel_button(job: Job) -> None:
    """Ask the job to stop; that it was asked shows at once."""
    asked = job.cancel.is_set()
    label = "Cancelling…" if asked else "Cancel"
    st.button(label, key=f"cancel-{job.number}", disabled=asked, on_click=job.cancel.set, type="tertiary", icon=":material/close:")


def collected(job: Job) -> None:
    """How a collection ended, until it is dismissed here; as narrow as the sidebar."""
    with st.container(key="collected", gap="small"):
        if job.error or job.failed:
            said, hint = (job.error.message, job.error.hint) if job.error else (job.failed, "")
            _told("error", "red", "The collection failed", f"{textwrap.shorten(said, _LONGEST, placeholder='…')} {hint}")
        elif job.was_cancelled:
            _told("cancel", "gray", "Cancelled", "Nothing that was published has changed.")
        elif job.result.incomplete:
            _told("warning", "orange", f"Collected, {fmt.count(len(job.result.incomplete), 'part')} incomplete", spent(job.result))
            navigation.link("data", "What is missing", ":material/arrow_forward:")
        else:
            _told("check_circle", "green", "Collected", spent(job.result))
        st.button("Dismiss", key=f"dismiss-{job.number}", type="tertiary", on_click=dismiss, args=(job,))


def _told(icon: str, color: str, headline: str, more: str) -> None:
    st.markdown(f":{color}[:material/{icon}:] **{headline}**")
    st.caption(more.strip().replace("$", r"\$"))


def spent(result: Any) -> str:
    """What a collection asked and cost, as a sentence."""
    return f"{fmt.count(result.requests, 'request')}, {dollars(result.usd)}, {result.seconds:.0f} s."


def dollars(amount: Decimal) -> str:
    """What AWS charges for asking it, to the cent or to where it begins."""
    return "$0.00" if not amount else "under $0.01" if amount < Decimal("0.01") else fmt.exact(amount)


def dismiss(job: Job) -> None:
    """Take a job's outcome off this visitor's pages."""
    st.session_state.setdefault(_DISMISSED, set()).add(job.number)


def is_dismissed(job: Job) -> bool:
    """Whether this visitor has seen enough of a job."""
    return job.number in st.session_state.get(_DISMISSED, set())
