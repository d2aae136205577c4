"""The forecast's own record: what it said of past days beside what came, as published and as a backtest."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from app import charts_outlook, download, filters
from app import format as fmt
from app.forecast.choices import PUBLISHED, RECORD, TRIED
from app.layout import Page
from core.analysis.backtest import SPANS, TRIES, Score, made_before
from core.insight import Outlook
from core.insight.record import Record, published, tried

SHOWN = timedelta(days=120)
"""How much of the past the chart shows."""

_LABELS = {PUBLISHED: "As published", TRIED: "Backtest"}
_SAID = {
    PUBLISHED: "What was really said then, kept when it was published, beside what those days cost by now.",
    TRIED: f"What the same method would have said, made anew for {TRIES} past weeks, each from the days before only. Nobody saw it then.",
}


def shown(page: Page, outlook: Outlook) -> None:
    """Chart and scores of what was published, or where that isn't kept yet, of the backtest."""
    st.markdown("**Its own record**")
    said = page.figures.read(published, page.all_days, page.figures.settled_days)
    kept = said is not None and len(said.rows) > 0
    chosen = page.view.value(RECORD) or (PUBLISHED if kept else TRIED)
    bound = filters.bound(RECORD, page.view)
    st.session_state[bound["key"]] = chosen
    st.segmented_control("Record", tuple(_LABELS), format_func=_LABELS.__getitem__, required=True, label_visibility="collapsed", **bound)
    st.caption(_SAID[chosen])
    if chosen == PUBLISHED and not kept:
        st.info(lacking(said), icon=":material/hourglass_empty:")
        return
    with st.spinner("Trying the method on past weeks"):
        record = said if chosen == PUBLISHED and said else page.figures.read(tried, page.all_days, page.figures.settled_days)
    if record.rows.empty:
        st.info("The past is too short to try the method on: it takes five weeks.", icon=":material/hourglass_empty:")
        return
    chart(record, outlook.currency)
    table(page, record, chosen, outlook.currency)


def lacking(said: Record | None) -> str:
    """Why nothing that was published can be shown."""
    if said is None:
        return "What is published is kept for the billed cost of everything, without filters. The backtest tries this selection."
    return "No day that was forecast has settled yet. From now on each run's forecast is kept and held against what comes."


def chart(record: Record, currency: str) -> None:
    """What was said a week and four weeks before each day, and what came."""
    rows = record.rows
    since = max(rows["date"].min(), record.actual.index[-1] - SHOWN).date()
    week, month = (own[own["date"] >= pd.Timestamp(since)] for own in (made_before(rows, 7), made_before(rows, 28)))
    figure = charts_outlook.record(charts_outlook.first_of(record.actual, since), week, month, currency)
    alt = "What was forecast of past days a week and four weeks before, beside what they cost, as the table below sums up"
    st.plotly_chart(figure, key="forecast-record", config={"displaylogo": False}, alt=alt)


def table(page: Page, record: Record, chosen: str, currency: str) -> None:
    """How far off, by days ahead."""
    st.dataframe(
        score_rows(record.scores),
        hide_index=True,
        column_config={
            "ahead": st.column_config.TextColumn("Days ahead", pinned=True),
            "days": st.column_config.NumberColumn("Days judged", format="%d"),
            "error": st.column_config.NumberColumn(f"Off by, a day, {currency}", format=fmt.column(currency)),
            "share": st.column_config.NumberColumn("Of what it cost", format="%.1f %%", help="The errors' sum over the cost's: WAPE."),
            "beside": st.column_config.NumberColumn(
                "Beside last week's value", format="%.2f", help="Its error over that of the same weekday's last value; below 1 is better."
            ),
            "inside80": st.column_config.NumberColumn("Inside 80 %", format="%.0f %%"),
            "inside95": st.column_config.NumberColumn("Inside 95 %", format="%.0f %%"),
        },
        placeholder="–",
        alt="How far off the forecast was, by days ahead",
    )
    rows = record.rows.assign(**{day: record.rows[day].dt.strftime("%Y-%m-%d") for day in ("made", "date")})
    download.table(page, rows.assign(record=chosen), "Export record (CSV)", f"forecast-record-{chosen}")


def score_rows(scores: list[Score]) -> pd.DataFrame:
    """Columns: ahead ("1 to 7"), days, error, share, beside, inside80, inside95; shares in percent. A row for each span, known or not."""
    known = {(score.first, score.last): score for score in scores}
    return pd.DataFrame([_row(first, last, known.get((first, last))) for first, last in SPANS])


def _row(first: int, last: int, score: Score | None) -> dict[str, object]:
    ahead = {"ahead": f"{first} to {last}"}
    if score is None:
        return {**ahead, "days": 0, **dict.fromkeys(("error", "share", "beside", "inside80", "inside95"))}
    percent = {"share": score.share, "inside80": score.inside80, "inside95": score.inside95}
    own = {"days": score.days, "error": score.error, "beside": score.beside}
    return {**ahead, **own, **{name: None if value is None else 100 * value for name, value in percent.items()}}
