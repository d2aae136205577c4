"""The forecast by service, account or region: a small fan for each part, and a table whose parts add up to the total."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import streamlit as st

from app import charts_outlook, download
from app import format as fmt
from app.breakdown import colors_of, labels_of
from app.charts import OTHER
from app.forecast.chance import name as name_of
from app.layout import Page
from core.insight import Outlook, PeriodEnd
from core.insight.parts import Part, Parts, days_in_cents, parts
from core.models import DIMENSIONS
from core.store import queries

_GREY = "#98a2ae"
_NAMES = ("month", "next", "quarter")
"""How the periods' columns begin."""


def shown(page: Page, outlook: Outlook, group: str, since: date) -> None:
    """Fans and table; the past is shown from `since` on."""
    with st.spinner(f"Forecasting each of the largest {DIMENSIONS[group].plural}"):
        told = page.figures.read(parts, page.all_days, page.figures.settled_days, group)
    labels = labels_of(page, group, [part.name for part in told.parts if not part.others])
    fans(page, told, labels, since)
    table(page, told, labels)


def fans(page: Page, told: Parts, labels: dict[str, str], since: date) -> None:
    """A chart for each part, each on a scale of its own."""
    currency, group = told.total.currency, told.group
    colors = colors_of(page, group, page.figures.read(queries.cost_by, page.all_days, group))
    st.markdown(
        f"**{page.view.filters.cost_type.label} cost a day, {currency}, and what is expected, by {DIMENSIONS[group].label.lower()}**"
    )
    with st.grid("auto", min_column_width=255, key="forecast-parts"):
        for place, part in enumerate(told.parts):
            with st.container(border=True):
                label = named(part, labels)
                st.markdown(f"**{fmt.plain(label)}**  \n{fmt.plain(ends(part, currency))}")
                actual = charts_outlook.first_of(part.actual, since)
                figure = charts_outlook.part(actual, part.days, currency, _GREY if part.others else colors.get(part.name, _GREY))
                alt = f"{label}: cost a day and its forecast, as the table below lists"
                st.plotly_chart(figure, key=f"part-{place}", config={"displayModeBar": False}, alt=alt)
    st.caption("Each has a scale of its own. Solid is settled cost, dashed the forecast with its intervals of 80 and 95 %.")


def table(page: Page, told: Parts, labels: dict[str, str]) -> None:
    """What each part comes to in the month, the next one and the quarter; the last row is the total, to which they add up."""
    currency, price = told.total.currency, fmt.column(told.total.currency)
    what = DIMENSIONS[told.group]
    names = [name_of(end) for end in told.total.periods]
    rows = table_rows(told, labels)
    st.markdown(f"**By {what.label.lower()}**")
    columns: dict[str, object] = {"part": st.column_config.TextColumn(what.label, pinned=True, width="medium")}
    for key, name in zip(_NAMES, names, strict=True):
        columns[key] = st.column_config.NumberColumn(f"{name}, {currency}", format=price)
        columns[f"{key}_lower80"] = st.column_config.NumberColumn("80 %, from", format=price)
        columns[f"{key}_upper80"] = st.column_config.NumberColumn("80 %, to", format=price)
    columns["share"] = st.column_config.NumberColumn(f"Share of {names[0]}", format="%.1f %%")
    st.dataframe(rows, hide_index=True, column_config=columns, placeholder="–", alt=f"Expected cost by {what.label.lower()} with intervals")
    st.caption(
        "The means add up to the total to the cent. Intervals don't: parts err to different sides, so the total is surer than they are."
    )
    with st.container(horizontal=True):
        download.table(page, rows, f"Export {what.plural} (CSV)", f"forecast-by-{told.group}")
        download.table(page, day_rows(told, labels), "Export their days (CSV)", f"forecast-days-by-{told.group}")


def table_rows(told: Parts, labels: dict[str, str]) -> pd.DataFrame:
    """Columns: part, and for month, next and quarter the mean and its bounds of 80 %; share (percent of the month). Last the total."""
    whole = float(told.total.periods[0].mean)
    rows = [{"part": named(part, labels), **dict(_cells((*part.months, part.quarter)))} for part in told.parts]
    rows.append({"part": "Total", **dict(_cells(told.total.periods))})
    return pd.DataFrame([{**row, "share": 100 * float(row["month"]) / whole if whole else None} for row in rows])


def day_rows(told: Parts, labels: dict[str, str]) -> pd.DataFrame:
    """Columns: date (ISO), part, mean, lower80, upper80, lower95, upper95; the means of a day add up to the total's, in whole cents."""
    rows = days_in_cents(told)
    names = {(part.name, part.others): named(part, labels) for part in told.parts}
    part = [names[own] for own in zip(rows["name"], rows["others"], strict=True)]
    return rows.assign(date=rows["date"].dt.strftime("%Y-%m-%d"), name=part).rename(columns={"name": "part"}).drop(columns="others")


def named(part: Part, labels: dict[str, str]) -> str:
    """How a part is written."""
    return f"{OTHER} ({part.others})" if part.others else labels.get(part.name, part.name)


def ends(part: Part, currency: str) -> str:
    """The ends of its month and quarter in short."""
    month, quarter = part.months[0], part.quarter
    return f"{month.first:%B} {fmt.short(month.mean, currency)}, {name_of(quarter)} {fmt.short(quarter.mean, currency)}"


def _cells(periods: tuple[PeriodEnd, ...]) -> Iterator[tuple[str, float]]:
    for key, end in zip(_NAMES, periods, strict=True):
        yield key, float(end.mean)
        yield f"{key}_lower80", float(end.lower80)
        yield f"{key}_upper80", float(end.upper80)
