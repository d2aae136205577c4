"""What could be saved, in half a minute: how much, made up of what, where to begin, and what isn't in it. It prints well."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from app import charts_savings, download, evidence, filters, layout, navigation, printing, savings
from app import format as fmt
from app.findings import followed, left_out
from app.kpi import card
from app.layout import Page
from app.nothing import none_here, not_collected
from app.view import NONE, Choice
from core import checks
from core.insight.waste import CURRENCY, DIMENSIONS, Row, Summary, last_month, summary
from core.models import Filters
from core.store import ledger, opportunities, queries
from core.store import savings as reads
from core.store.events import LIVE

PAGE = {"title": "Savings summary", "icon": ":material/summarize:", "section": "Savings", "place": 2}

TABLE = Choice("by", DIMENSIONS, default="service")
SHOWN = 10
_TURN = "savings-turn"  # a table under a new key has forgotten the tick that was just followed


def main() -> None:
    """The page, from the sentence down to what the total leaves out."""
    page = layout.opened("Savings summary", TABLE)
    if page is None:
        return
    printing.style()
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    selected = replace(page.view.filters, selected=dict(followed(page.view.filters)))
    found = page.figures.read(summary, selected, page.figures.settled_days, as_of=page.figures.as_of)
    any_judged = judged(page)
    with heading:
        st.title(fmt.plain(savings.headline(found)).replace(" %", "\N{NO-BREAK SPACE}%") if any_judged else "Savings summary")
        layout.freshness(page)
    if not any_judged:
        not_collected(
            "Nothing has been judged yet", "Savings are found in the resources of a collection from AWS; a billing export alone has none."
        )
        return
    left_out(page.view.filters, "Findings follow")
    on_paper(page, found)
    kpis(page, found, selected)
    if not found.steps:
        none_here(
            page.known,
            "Nothing can be saved here that is known",
            "No finding under these filters is counted and has a price. Lift a filter above, or start over.",
        )
    else:
        waterfall(page, found, selected)
        begin(page, selected)
        tables(page, found)
    not_counted(page, selected)
    printing.text("How this is worked out", savings.METHOD)


def judged(page: Page) -> bool:
    """Whether there was anything to find or to miss."""
    read = page.figures.read
    return bool(read(opportunities.totals, {}, as_of=page.figures.as_of).found or read(opportunities.not_measured_count, {}))


def on_paper(page: Page, found: Summary) -> None:
    """What the filter bar says on screen."""
    chosen = [
        f"{savings.LABELS.get(key, key.capitalize())}: {', '.join(names(page, key)(value) for value in values)}"
        for key, values in followed(page.view.filters).items()
    ]
    told = f"As of {fmt.day(page.figures.as_of)}, data version {page.figures.snapshot.version}"
    if found.waste.since and found.waste.settled:
        told += f". Spend of {fmt.period(found.waste.since, found.waste.settled)} (UTC)"
    printing.text("", [f"{'; '.join(chosen) or 'All accounts, services and regions'}. {told}."])


# ------------------------------------------------------------------------------------------------ headline figures


def kpis(page: Page, found: Summary, selected: Filters) -> None:
    """What can be saved, how much that is of what is spent, what of it is easy, and what isn't known."""
    whole = found.waste
    with st.grid("auto", min_column_width=230, key="savings-kpis"):
        exactly = f"Exactly {fmt.exact(whole.totals.savings)} a month, net of commitments, at 730 hours; twelve such months are a year."
        card("Can be saved a month", fmt.short(whole.totals.savings), note=f"{fmt.short(whole.totals.savings * 12)} a year", help=exactly)
        share_of_spend(page, found)
        told = f"Exactly {fmt.exact(found.easy.savings)} a month: counted findings whose fix takes little effort."
        card("Of it with low effort", fmt.short(found.easy.savings), note=fmt.count(found.easy.found, "finding"), help=told)
        missing = page.figures.read(opportunities.not_measured_count, selected.selected)
        told = "What couldn't be judged for want of data. It is never read as idle, and isn't in the total."
        card("Not measured", f"{missing:,}", note="not in the total" if missing else "everything was judged", help=told)


def share_of_spend(page: Page, found: Summary) -> None:
    """The savings beside the bill, where it is known."""
    whole = found.waste
    label, told = "Share of spend", "Savings are at on-demand prices and the spend is the bill, so this tells the size and no more."
    if whole.cost is None or whole.since is None or whole.settled is None:
        why = "The last 30 settled days aren't all in the bill, in USD, under these filters."
        card(label, "Not known", note="no bill of 30 settled days", help=why)
        return
    exactly = f"Exactly {fmt.exact(whole.cost)}, billed on {fmt.period(whole.since, whole.settled)}. {told}"
    value = f"{whole.percent:.1f} %" if whole.percent is not None else "–"
    card(label, value, note=f"of {fmt.short(whole.cost)} in 30 days", help=exactly)


# ------------------------------------------------------------------------------------------------ made up of what


def waterfall(page: Page, found: Summary, selected: Filters) -> None:
    """The chart, each step as a link to its findings, how it's worked out, and the export."""
    known = found.waste.cost is not None
    title = "From what is spent to what is left, USD a month" if known else "What can be saved, USD a month; the spend isn't known"
    with st.container(horizontal=True, key="savings-waterfall"):
        with st.container(width=printing.CHART_WIDTH):
            st.markdown(f"**{title}**")
            st.plotly_chart(
                charts_savings.waterfall(found.waste, found.steps),
                key="waterfall",
                config={"displaylogo": False, "displayModeBar": False},
                alt=f"{title}: {charts_savings.told(found.waste, found.steps)}",
            )
        with st.container(width=380, gap="xsmall", key="on-screen"):
            st.markdown("**Findings by kind**")
            for step in found.steps:
                said = f"{step.label}: {fmt.money(step.savings)}, {fmt.count(step.found, 'finding')}"
                navigation.link("opportunities", fmt.plain(said), ":material/arrow_forward:", type=step.type)
            worked_out()
    with st.container(horizontal=True, vertical_alignment="center"):
        month = last_month_of(page, selected)
        rows = savings.tidy(found, {dimension: names(page, dimension) for dimension in DIMENSIONS})
        download.table(replace(page, view=replace(page.view, filters=month)), rows, "Export the summary (CSV)", "savings-summary")
        printing.button()


def last_month_of(page: Page, selected: Filters) -> Filters:
    """The days and cost type that the export is stamped with."""
    month = page.figures.read(last_month, selected, page.figures.settled_days)
    return month or replace(selected, currency=CURRENCY)


def worked_out() -> None:
    """Where the figures come from."""
    with st.popover("How is this worked out?", icon=":material/functions:", type="tertiary"):
        st.markdown("\n".join(f"- {fmt.plain(sentence)}" for sentence in savings.METHOD))


# ------------------------------------------------------------------------------------------------ where to begin


def begin(page: Page, selected: Filters) -> None:
    """The findings that are worth most; a ticked row opens its evidence."""
    title = f"What to do first: saving times confidence, the first {SHOWN}"
    rows = page.figures.read(reads.first, selected.selected, SHOWN, as_of=page.figures.as_of)
    with st.container(key="on-screen-first"):
        st.markdown(f"**{title}**")
        picked = st.dataframe(
            actions(page, rows),
            key=f"first-{st.session_state.setdefault(_TURN, 0)}",
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "action": st.column_config.TextColumn("Finding", pinned=True, width=170),
                "resource": st.column_config.TextColumn("Resource", width=190),
                "account": st.column_config.TextColumn("Account", width=170),
                "region": "Region",
                "saves": st.column_config.NumberColumn("Saves a month, USD", format="dollar"),
                "confidence": st.column_config.ProgressColumn("Confidence", format="percent", min_value=0, max_value=1),
                "effort": "Effort",
                "state": "State",
                "owner": "Owner",
            },
            placeholder="–",
            alt=title,
        )
    navigation.link("opportunities", "All opportunities", ":material/arrow_forward:")
    on_sheet(page, title, rows)
    if picked.selection.rows:
        st.session_state[_TURN] += 1
        evidence.card(page.figures, rows["id"].iloc[picked.selection.rows[0]])


def actions(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """The table's columns."""
    known = page.figures.read(queries.account_names)
    return pd.DataFrame(
        {
            "action": rows["title"],
            "resource": [
                f"{name} ({ident})" if name and name != ident else ident
                for name, ident in zip(rows["resource_name"], rows["resource_id"], strict=True)
            ],
            "account": [name or known.get(ident, ident) for name, ident in zip(rows["account_name"], rows["account_id"], strict=True)],
            "region": rows["region"],
            "saves": rows["monthly_savings"].astype(float),
            "confidence": rows["confidence"],
            "effort": rows["effort"].str.capitalize(),
            "state": rows["state"].str.capitalize(),
            "owner": rows["owner"],
        }
    )


def on_sheet(page: Page, title: str, rows: pd.DataFrame) -> None:
    """The same on paper."""
    shown = actions(page, rows)
    cells = [
        (
            row["title"],
            row["resource_name"] or row["resource_id"],
            shown["account"].iloc[place],
            row["region"],
            fmt.exact(row["monthly_savings"]),
            f"{row['confidence']:.0%}",
            row["effort"].capitalize(),
            " ".join((row["state"].capitalize(), row["owner"])).strip(),
        )
        for place, row in enumerate(rows.to_dict("records"))
    ]
    heads = ("Finding", "Resource", "Account", "Region", "USD a month", "Confidence", "Effort", "State")
    printing.table(title, heads, cells, numbers=(4, 5))


# ------------------------------------------------------------------------------------------------ where it is


def tables(page: Page, found: Summary) -> None:
    """By service, account or region; a ticked row narrows the page to it. On paper all three."""
    (by,) = page.view.chosen(TABLE)
    labels = {check.id: check.label for check in checks.discovered()}
    with st.container(key="on-screen-tables"):
        st.segmented_control(
            "Where it is, by", DIMENSIONS, format_func=savings.LABELS.__getitem__, required=True, **filters.bound(TABLE, page.view)
        )
        table(page, by, found.tables[by], labels)
        whole = found.waste
        cost = fmt.exact(whole.cost) if whole.cost is not None else savings.UNKNOWN
        said = f"All: spend {cost}, can be saved {fmt.exact(whole.totals.savings)} a month on {fmt.count(whole.totals.counted, 'finding')}."
        st.caption(fmt.plain(f"{said} Tick a row to narrow the page to it."))
    for dimension in DIMENSIONS:
        label = savings.LABELS[dimension]
        cells = savings.printed(found.tables[dimension], names(page, dimension), labels, found)
        heads = (label, "Spend, 30 days", "Can be saved", "Share", "Findings", "Largest")
        printing.table(f"By {label.lower()}, USD", heads, cells, numbers=(1, 2, 3, 4), whole=True)


def table(page: Page, by: str, rows: tuple[Row, ...], labels: Mapping[str, str]) -> None:
    """One of the three on screen."""
    shown = savings.rows(rows, names(page, by), labels)
    picked = st.dataframe(
        shown,
        key=f"by-{by}-{st.session_state.setdefault(_TURN, 0)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_order=["name", "spend", "saves", "percent", "found", "largest"],
        column_config={
            "name": st.column_config.TextColumn(savings.LABELS[by], pinned=True, width=220),
            "spend": st.column_config.NumberColumn("Spend, 30 days, USD", format="dollar", help="Billed; empty where it isn't known"),
            "saves": st.column_config.NumberColumn("Can be saved a month, USD", format="dollar"),
            "percent": st.column_config.NumberColumn("Share of spend", format="%.1f %%"),
            "found": st.column_config.NumberColumn("Findings", help="Those that are counted"),
            "largest": st.column_config.TextColumn("Largest kind of finding", width=200),
        },
        placeholder="–",
        alt=f"Spend and savings by {by}",
    )
    if picked.selection.rows:
        st.session_state[_TURN] += 1
        key = str(shown["key"].iloc[picked.selection.rows[0]])
        filters.show(replace(page.view, filters=page.view.filters.only(by, key)))
        st.rerun()


def names(page: Page, dimension: str) -> Callable[[str], str]:
    """How the values of a dimension are written."""
    if dimension == "account":
        known = page.figures.read(queries.account_names)
        return lambda key: filters.account_label(known, key)
    return lambda key: key or NONE


# ------------------------------------------------------------------------------------------------ what isn't in it


def not_counted(page: Page, selected: Filters) -> None:
    """What the total leaves out, and why."""
    read, as_of = page.figures.read, page.figures.as_of
    live = read(opportunities.totals, {**selected.selected, "state": LIVE}, as_of=as_of)
    aside = read(reads.uncounted, selected.selected, as_of=as_of)
    unmeasured = read(opportunities.not_measured_count, selected.selected)
    told = savings.not_counted(aside, live.unpriced, unmeasured, len(read(ledger.incomplete)))
    said = [f"{label}: {sentence}" for label, sentence in told] or ["Everything that was found counts, and nothing is missing."]
    with st.container(key="on-screen-left-out"):
        st.markdown("**What the total leaves out**")
        st.markdown("\n".join(f"- {fmt.plain(sentence)}" for sentence in said))
    printing.text("What the total leaves out", said)


main()
