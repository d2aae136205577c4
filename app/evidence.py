"""The evidence card of one finding: why, what it costs and saves, line by line, and the fix to copy."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app import format as fmt
from app.cached import Figures
from core.store import opportunities

_CONSOLE = {
    "ec2:instance": "https://{region}.console.aws.amazon.com/ec2/home?region={region}#InstanceDetails:instanceId={id}",
    "ec2:volume": "https://{region}.console.aws.amazon.com/ec2/home?region={region}#VolumeDetails:volumeId={id}",
}

_LINE = {
    "label": st.column_config.TextColumn("What"),
    "quantity": st.column_config.NumberColumn("Quantity", format="localized"),
    "unit": st.column_config.TextColumn("Unit"),
    "unit_price": st.column_config.NumberColumn("Unit price, USD", format="%.6g"),
    "usd": st.column_config.NumberColumn("USD a month", format="%,.2f"),
    "source": st.column_config.TextColumn("Price from"),
    "source_date": st.column_config.TextColumn("As of"),
    "sku": st.column_config.TextColumn("SKU"),
    "key": st.column_config.TextColumn("Usage"),
}


@st.dialog("Opportunity", width="large")
def card(held: Figures, ident: str) -> None:
    """One finding in full."""
    found = held.read(opportunities.one, ident)
    if found is None:
        st.info("This finding is gone: the last collection didn't make it again.", icon=":material/info:")
        return
    st.markdown(f"### {found['title']}")
    st.markdown(fmt.plain(found["reason"]))
    _figures(found)
    for series in found["evidence"].get("series", ()):
        _chart(series, found["evidence"].get("thresholds", {}))
    st.markdown("**The price**")
    _price(found["price"])
    if said := found["evidence"].get("commitments"):
        st.caption(fmt.plain(said))
    st.markdown("**The fix**")
    st.code(found["fix"], language="bash", wrap_lines=True)
    for note in found["evidence"].get("notes", ()):
        st.caption(fmt.plain(note))
    _others(held, found)
    _where_from(found)


def _figures(found: Mapping[str, Any]) -> None:
    with st.container(horizontal=True):
        st.metric("Saves a month", fmt.exact(found["monthly_savings"]), border=True)
        cost = found["monthly_cost"]
        st.metric("Costs a month", "Not known" if pd.isna(cost) else fmt.exact(cost), border=True)
        st.metric("Confidence", f"{found['confidence']:.0%}", border=True)
        st.metric("Effort, risk", f"{found['effort']}, {found['risk']}", border=True)
    st.caption(f"Rule: {fmt.plain(found['evidence'].get('rule', ''))}")


def _chart(series: Mapping[str, Any], thresholds: Mapping[str, float]) -> None:
    """The metric's daily values, with its threshold where it has one."""
    if not series["daily"]:
        return
    limit = thresholds.get("cpu_percent") if series["metric"] == "CPUUtilization" and series["statistic"] == "Average" else None
    title = f"{series['metric']}, {series['statistic'].lower()} a day, {series['unit'].lower()}"
    st.markdown(f"**{title}**")
    figure = charts.daily_metric(series["daily"], series["unit"], limit)
    st.plotly_chart(figure, key=f"evidence-{series['metric']}-{series['statistic']}", config={"displayModeBar": False}, alt=title)


def _price(price: Mapping[str, Any]) -> None:
    """The working, line by line: what is paid now, and what would be."""
    for name, label in (("now", "Now"), ("cost", "Now"), ("after", "Afterwards")):
        if working := price.get(name):
            _working(label, working)


def _working(label: str, working: Mapping[str, Any]) -> None:
    if working.get("monthly") is None:
        st.caption(f"{label}: {fmt.plain(working.get('lacking') or 'no price is known.')}")
        return
    st.caption(f"{label}: {fmt.exact(Decimal(working['monthly']))} a month".replace("$", r"\$"))
    if working["lines"]:
        rows = pd.DataFrame(working["lines"]).astype({"quantity": float, "unit_price": float, "usd": float})
        st.dataframe(
            rows,
            hide_index=True,
            column_order=list(_LINE),
            column_config=_LINE,
            alt=f"{label}, line by line",
        )


def _others(held: Figures, found: Mapping[str, Any]) -> None:
    """What else was found on the resource, and which of them the total takes."""
    rows = held.read(opportunities.of_resource, found["account_id"], found["region"], found["resource_id"])
    if len(rows) < 2:
        return
    st.markdown("**On the same resource**")
    for title, saves, counted in zip(rows["title"], rows["monthly_savings"], rows["counted"], strict=True):
        st.markdown(f"- {title}: {fmt.exact(saves)} a month{', counted' if counted else ''}".replace("$", r"\$"))


def _where_from(found: Mapping[str, Any]) -> None:
    place = f"{found['resource_id']} in account {found['account_id']}, {found['region']}"
    st.caption(f"{place} · check `{found['check']}` · judged as of {fmt.day(_date(found['as_of']))}")
    if pattern := _CONSOLE.get(found["resource_type"]):
        st.link_button(
            "Open in the AWS console", pattern.format(region=found["region"], id=found["resource_id"]), icon=":material/open_in_new:"
        )


def _date(when: Any) -> date:
    return when if isinstance(when, date) and not isinstance(when, pd.Timestamp) else pd.Timestamp(when).date()
