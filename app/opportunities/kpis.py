"""The sentence on top, and the headline figures: what can be saved, what is under way, and what the total leaves out."""

from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from app import filters
from app import format as fmt
from app.kpi import card
from app.layout import Page
from app.opportunities.choices import scope, to_do
from app.view import NONE
from core.lifecycle import SET_ASIDE
from core.store import opportunities, past, queries
from core.store.opportunities import Totals

WHERE = ("service", "account", "region")
"""Where most of it is, is said by the first of these that divides it."""


@dataclass(frozen=True)
class Place:
    """The one service, account or region with most of what can be saved."""

    name: str
    savings: Decimal


def headline(found: Totals, most: Place | None) -> str:
    """What can be saved and where most of it is, in one sentence."""
    if not found.found:
        return "No opportunities under these filters"
    if not found.counted or not found.savings:
        return f"{fmt.count(found.found, 'opportunity').replace('opportunitys', 'opportunities')}, but nothing to save that is known"
    said = f"{fmt.short(found.savings)} a month can be saved with {fmt.count(found.counted, 'finding')}"
    where = f", {fmt.share(most.savings, found.savings)} of it in {most.name}" if most else ""
    return fmt.plain(said + where)


def most(page: Page) -> Place | None:
    """Where most of it is; None where there is only one such place on every count."""
    for dimension in WHERE:
        rows = page.figures.read(opportunities.by, to_do(page), dimension, as_of=page.figures.as_of)
        saving = rows[rows["savings"] > 0]
        if len(saving) > 1:
            key = str(saving["key"].iloc[0])
            return Place(_named(page, dimension, key), Decimal(saving["savings"].iloc[0]))
    return None


def _named(page: Page, dimension: str, key: str) -> str:
    if dimension == "account":
        return filters.account_label(page.figures.read(queries.account_names), key)
    return key or NONE


def cards(page: Page, found: Totals) -> None:
    """The figures under the filter bar's selection."""
    figures, as_of = page.figures, page.figures.as_of
    accepted = figures.read(opportunities.totals, {**scope(page), "state": ("accepted",)}, as_of=as_of)
    aside = {state: figures.read(opportunities.totals, {**scope(page), "state": (state,)}, as_of=as_of).found for state in SET_ASIDE}
    gone = figures.read(past.count, {**scope(page), "state": ("done",)}, as_of=as_of)
    unmeasured = figures.read(opportunities.not_measured_count, scope(page))
    with st.grid("auto", min_column_width=185, key="opportunity-kpis"):
        exactly = f"Exactly {fmt.exact(found.savings)}: what the counted findings save together, net of commitments, at 730 hours a month."
        card("Saves a month", fmt.short(found.savings), note=f"{fmt.short(found.savings * 12)} a year", help=exactly)
        told = "Open and accepted ones. Of findings that exclude one another one is counted."
        card("Findings", f"{found.found:,}", note=f"{found.counted:,} counted", help=told)
        told = "Somebody has agreed to do these. They stay in the total until they are done."
        card("Accepted, not yet done", fmt.short(accepted.savings), note=fmt.count(accepted.found, "finding"), help=told)
        told = "Dismissed ones were decided against; done ones are carried out. Neither is in the total."
        dismissed, done = aside["dismissed"], aside["done"] + gone
        card("Dismissed or done", f"{dismissed + done:,}", note=f"{dismissed:,} dismissed, {done:,} done", help=told)
        if found.unpriced:
            told = "No price was found, and none is guessed."
            card("Without a price", f"{found.unpriced:,}", note="save nothing in the total", help=told)
        told = "What couldn't be judged, with the reason. It is never read as idle."
        card("Not measured", f"{unmeasured:,}", note="listed below" if unmeasured else "everything was judged", help=told)
