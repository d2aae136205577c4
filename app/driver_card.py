"""What one driver, or one service, account or region, is made of: a dialog with its lines and its resources."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from app import driver_rows, filters
from app import format as fmt
from app.breakdown import labels_of
from app.layout import Page
from app.view import NONE
from core.analysis.drivers import Driver
from core.insight.drivers import Change
from core.store import changes

_LISTED, _RESOURCES = 500, 200
_PRESENCE = {Driver.NEW_RESOURCES: "new_resource", Driver.GONE_RESOURCES: "gone_resource"}


@st.dialog("What it is made of", width="large")
def card(page: Page, change: Change, dimension: str, value: str) -> None:
    """The parts of a driver or of a service, account or region, and the resources that are new or gone."""
    currency = page.view.filters.currency
    own = change.by(dimension)[value] if dimension else {Driver(value): change.by_driver[Driver(value)]}
    name = labels_of(page, dimension, [value])[value] if dimension else Driver(value).label
    parts = ", ".join(f"{driver.label.lower()} {driver_rows.signed(amount, currency)}" for driver, amount in own.items())
    st.markdown(f"**{fmt.plain(name)}**  \n{fmt.plain(parts if dimension else Driver(value).meaning)}")
    found = driver_rows.lines(change, driver=None if dimension else Driver(value), dimension=dimension, value=value)
    names = labels_of(page, "account", list(found["account"].dropna().unique()))
    _lines(found.assign(account=found["account"].map(names)), currency, change)
    for driver in own:
        if driver in _PRESENCE:
            _resources(page, change, driver, dimension, value)
    if dimension:
        narrowed = replace(page.view, filters=page.view.filters.only(dimension, value))
        if st.button(f"Show only {fmt.plain(name)}", icon=":material/filter_alt:", key="drivers-only"):
            filters.show(narrowed)
            st.rerun()


def _lines(found: pd.DataFrame, currency: str, change: Change) -> None:
    """The parts as a table, the largest first."""
    price = fmt.column(currency)
    shown = found.head(_LISTED).dropna(axis="columns", how="all")
    columns = {
        "driver": st.column_config.TextColumn("Driver", pinned=True, width=190),
        "amount": st.column_config.NumberColumn("Part of the change", format=price),
        "service": "Service",
        "account": "Account",
        "region": "Region",
        "item": "Usage type or charge",
        "operation": "Operation",
        "before": st.column_config.NumberColumn("Cost before", format=price),
        "after": st.column_config.NumberColumn("Cost after", format=price),
        "quantity_before": st.column_config.NumberColumn("Quantity before", format="localized"),
        "quantity_after": st.column_config.NumberColumn("Quantity after", format="localized"),
        "unit": "Unit",
        "rate_before": st.column_config.NumberColumn("Rate before", format="%.6f"),
        "rate_after": st.column_config.NumberColumn("Rate after", format="%.6f"),
    }
    order = [name for name in columns if name in shown.columns]
    st.dataframe(shown, hide_index=True, column_config=columns, column_order=order, placeholder="–", alt="The parts of the change")
    more = f" The largest {_LISTED:,} of {len(found):,}; the export has all." if len(found) > _LISTED else ""
    per = " All of it is an average day's." if change.per_day else ""
    st.caption(f"Parts below half a cent are left out here.{more}{per} Costs and quantities are a line's, beside each of its parts.")


def _resources(page: Page, change: Change, driver: Driver, dimension: str, value: str) -> None:
    """The resources themselves, the dearest first."""
    view = page.view.filters.only(dimension, value) if dimension else page.view.filters
    found = page.figures.read(changes.resources, view, change.before, change.after, _PRESENCE[driver], _RESOURCES)
    names = labels_of(page, "account", list(found["account"].unique()))
    st.markdown(f"**{driver.label}**")
    st.dataframe(
        found.assign(
            cost=found["cost"].astype(float),
            account=found["account"].map(names),
            resource=found["resource"].where(found["resource"] != "", NONE),
        ),
        hide_index=True,
        column_config={
            "resource": st.column_config.TextColumn("Resource", pinned=True, width="large"),
            "service": "Service",
            "account": "Account",
            "region": "Region",
            "cost": st.column_config.NumberColumn("Cost in its period", format=fmt.column(page.view.filters.currency)),
        },
        alt=driver.label,
    )
    if len(found) == _RESOURCES:
        st.caption(f"The dearest {_RESOURCES}.")
