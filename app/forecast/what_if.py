"""What if costs grew, or what is planned were saved: the assumptions, and what they come to beside the plain forecast."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from app import filters
from app import format as fmt
from app.forecast.choices import GROWTH, LEAST_GROWTH, MOST_GROWTH, SAVING, SINCE
from app.layout import Page
from core.analysis.what_if import Assumed, what_if
from core.insight import Outlook, PeriodEnd
from core.insight.planned import Planned, planned


def assumed(page: Page, outlook: Outlook) -> Assumed | None:
    """Ask for assumptions; None where there are none, and the forecast stays as it is."""
    plan = page.figures.read(planned, page.all_days, as_of=page.figures.as_of)
    first, last = outlook.settled + timedelta(days=1), outlook.all_days["date"].iloc[-1].date()
    with st.popover("What if …", icon=":material/tune:", key="forecast-what-if"):
        st.number_input(
            "Growth, percent a month",
            LEAST_GROWTH,
            MOST_GROWTH,
            value=None,
            step=0.5,
            placeholder="0",
            help="On top of the forecast, compounding from the first day on; less than 0 is a decline.",
            **filters.bound(GROWTH, page.view),
        )
        _saving(page, plan)
        st.date_input("From", value=None, min_value=first, max_value=last, format="YYYY-MM-DD", **_since(page, first, last))
        st.caption(f"Without a day it is from {fmt.day(first)} on, the first day that hasn't settled.")
    saving = float(plan.monthly) if page.view.chosen(SAVING) and not plan.refused else 0.0
    found = Assumed(_start(page, first, last), page.view.value(GROWTH) or 0.0, saving)
    return None if found.nothing else found


def moved(outlook: Outlook, found: Assumed) -> tuple[pd.DataFrame, list[PeriodEnd]]:
    """Days (date, mean) and periods under the assumptions, as the outlook's `all_days` and `periods` are without."""
    days = outlook.all_days
    return days[["date"]].assign(mean=what_if(days, found)), [end.moved(what_if(end.days, found)) for end in outlook.periods]


def told(found: Assumed, currency: str) -> str:
    """The assumptions in words."""
    parts = []
    if found.growth:
        parts.append(f"{abs(found.growth):g} % {'growth' if found.growth > 0 else 'decline'} a month")
    if found.saving:
        parts.append(f"{fmt.money(found.saving, currency)} a month saved by accepted findings")
    return f"{' and '.join(parts)}, from {fmt.day(found.start)} on"


def saving_told(plan: Planned) -> str:
    """What the accepted findings save, or why that can't be said."""
    if plan.refused:
        return plan.refused
    if not plan.findings:
        return "No finding under these filters is accepted; accept some on the opportunities page."
    return f"{fmt.count(plan.findings, 'finding')}, {fmt.money(plan.monthly)} a month, each resource once."


def _saving(page: Page, plan: Planned) -> None:
    possible = not plan.refused and plan.findings > 0
    bound = filters.bound(SAVING, page.view)
    st.session_state[bound["key"]] = bool(page.view.chosen(SAVING)) and possible
    bound["args"] = (bound["key"], lambda view, on: view.choosing(SAVING, SAVING.values if on else ()))
    st.toggle("Accepted findings are carried out", disabled=not possible, **bound)
    st.caption(fmt.plain(saving_told(plan)))


def _start(page: Page, first: date, last: date) -> date:
    """The first day that is assumed to be another; one that isn't forecast any more is the first that is."""
    chosen = page.view.value(SINCE)
    return chosen if chosen and first <= chosen <= last else first


def _since(page: Page, first: date, last: date) -> dict[str, object]:
    bound = filters.bound(SINCE, page.view)
    chosen = page.view.value(SINCE)
    st.session_state[bound["key"]] = chosen if chosen and first <= chosen <= last else None
    return bound
