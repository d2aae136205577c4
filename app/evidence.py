"""The evidence card of one finding: why, what it costs and saves, line by line, the fix to copy, and where it stands."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import charts, kpi
from app import format as fmt
from app.cached import Figures
from app.opportunities import console, history, saved
from core import checks
from core.checks.contract import Check
from core.insight.waste import STEPS
from core.lifecycle import LIVE
from core.store import opportunities, past

Finding = Mapping[str, Any]

_LINE = {
    "when": st.column_config.TextColumn("When", pinned=True),
    "label": st.column_config.TextColumn("What", width="medium"),
    "quantity": st.column_config.NumberColumn("Quantity", format="localized"),
    "unit": st.column_config.TextColumn("Unit"),
    "unit_price": st.column_config.NumberColumn("Unit price, USD", format="%.6g"),
    "usd": st.column_config.NumberColumn("USD a month", format="%,.2f"),
    "source": st.column_config.TextColumn("Price from"),
    "source_date": st.column_config.TextColumn("As of"),
    "sku": st.column_config.TextColumn("SKU"),
    "key": st.column_config.TextColumn("Usage"),
}
NOW, AFTER = "Now", "Afterwards"


def card(held: Figures, ident: str, *, act: Callable[[Finding], None] | None = None, on_dismiss: Callable[[], None] | None = None) -> None:
    """One finding in full. `act` draws what can be done with it, on the page that can."""
    found = held.read(opportunities.one, ident, as_of=held.as_of)
    gone = found is None
    found = found or held.read(past.one, ident, as_of=held.as_of)
    dialog = st.dialog(fmt.plain(found["title"]) if found else "Opportunity", width="large", on_dismiss=on_dismiss or "ignore")
    if found:
        dialog(_card)(held, found, act, gone=gone)
    else:
        dialog(_no_card)()


def _no_card() -> None:
    st.info("There is no such finding: the last collection didn't make it again, and nothing was ever said of it.", icon=":material/info:")


def _card(held: Figures, found: Finding, act: Callable[[Finding], None] | None, *, gone: bool) -> None:
    st.markdown(fmt.plain(found["reason"]))
    _stands(held, found, gone=gone)
    _figures(found, gone=gone)
    if act:
        with st.container(horizontal=True, key="card-actions"):
            act(found)
    measured = [series for series in found["evidence"].get("series", ()) if series["daily"]]
    if measured:
        with st.grid(min(len(measured), 3), min_column_width=290, key="finding-series"):
            for place, series in enumerate(measured):
                _chart(series, found["evidence"].get("thresholds", {}), place)
    st.markdown("**The price**")
    _price(found)
    st.markdown("**The fix**")
    st.code(found["fix"], language="bash", wrap_lines=True)
    for note in found["evidence"].get("notes", ()):
        st.caption(fmt.plain(note))
    _others(held, found)
    history.draw(held, found)
    _worked_out(found)
    _where_from(found)


def _stands(held: Figures, found: Finding, *, gone: bool) -> None:
    """The state in words; what a done one has saved; and that one is found although it should be gone."""
    icon = {"accepted": ":material/check:", "dismissed": ":material/block:", "done": ":material/task_alt:"}.get(
        found["state"], ":material/circle:"
    )
    st.markdown(f"{icon} **{fmt.plain(history.standing(found))}**{'. It is no longer found.' if gone else ''}")
    if found["still_found"]:
        st.warning("It is marked as done, and a collection after that day found it all the same.", icon=":material/warning:")
    if found["state"] == "done":
        (answer,) = saved.realised(held, [found])
        if answer:
            st.markdown(fmt.plain(saved.in_words(answer, found["monthly_savings"])))


def _figures(found: Finding, *, gone: bool) -> None:
    cost = found["monthly_cost"]
    with st.grid("auto", min_column_width=190, key="finding-figures"):
        kpi.card(
            "Saves a month",
            fmt.exact(found["monthly_savings"]),
            note="as it was" if gone else "counted" if found["counted"] else "not counted",
        )
        kpi.card("Costs a month", "Not known" if pd.isna(cost) else fmt.exact(cost), note="on demand")
        kpi.card("Confidence", f"{found['confidence']:.0%}", note=f"{found['priority']} priority")
        kpi.card("Effort", found["effort"].capitalize(), note=STEPS.get(found["type"], found["type"]))
        kpi.card("Risk", found["risk"].capitalize(), note=found["service"])


def limit_of(series: Mapping[str, Any], thresholds: Mapping[str, float]) -> float | None:
    """The threshold that a series is held against: its own, or that of mean CPU."""
    if "threshold" in series:
        return None if series["threshold"] is None else float(series["threshold"])
    return thresholds.get("cpu_percent") if (series["metric"], series["statistic"]) == ("CPUUtilization", "Average") else None


def _chart(series: Mapping[str, Any], thresholds: Mapping[str, float], place: int) -> None:
    """The metric's daily values, with its threshold where it has one."""
    limit = limit_of(series, thresholds)
    title = f"{series['metric']}, {series['statistic'].lower()} a day, {_unit(series['unit'])}"
    figure = charts.daily_metric(series["daily"], series["unit"], limit)
    told = "" if limit is None else f", beside its threshold of {fmt.size(limit)}"
    with st.container():
        st.markdown(f"**{fmt.plain(title)}**")
        st.plotly_chart(figure, key=f"evidence-{place}", config={"displayModeBar": False}, alt=f"{title}{told}")


def _unit(unit: str) -> str:
    return unit if unit.isupper() else unit.lower()


def _price(found: Finding) -> None:
    """What is paid now, and what would be, line by line; then what the difference comes to."""
    price = found["price"]
    workings = {NOW: price.get("now") or price.get("cost"), AFTER: price.get("after")}
    lines = [{"when": when, **line} for when, working in workings.items() if working for line in working.get("lines", ())]
    if lines:
        rows = pd.DataFrame(lines).astype({"quantity": float, "unit_price": float, "usd": float})
        order = [name for name in _LINE if name in rows and rows[name].astype(bool).any()]
        st.dataframe(rows, hide_index=True, column_order=order, column_config=_LINE, alt="The price, line by line")
    for when, working in workings.items():
        if working and working.get("monthly") is None:
            st.caption(f"{when}: {fmt.plain(working.get('lacking') or 'no price is known.')}")
    st.markdown("\n".join(summed(found)).replace("$", r"\$"))
    if said := found["evidence"].get("commitments"):
        st.caption(fmt.plain(said))


def summed(found: Finding) -> list[str]:
    """The sum as rows of Markdown: now, afterwards, the difference, and what the total takes of it."""
    price, evidence = found["price"], found["evidence"]
    now, after = (working.get("monthly") if (working := price.get(name)) else None for name in ("now", "after"))
    rows = [
        (NOW, now),
        (AFTER, after if price.get("after") else "0" if now is not None else None),
        ("Difference", price.get("monthly_savings")),
    ]
    alone, taken = evidence.get("alone"), found["monthly_savings"]
    if alone is not None and round(Decimal(alone), 2) != round(Decimal(price.get("monthly_savings") or 0), 2):
        rows.append(("It alone, of what can be saved at all", alone))
    rows.append(("Counted in the total" if found["counted"] else "Not counted in the total; it would save", str(taken)))
    shown = [(label, fmt.exact(Decimal(usd)) if usd is not None else "not known") for label, usd in rows]
    return ["| USD a month | |", "|---|--:|", *(f"| {label} | {usd} |" for label, usd in shown)]


def _others(held: Figures, found: Finding) -> None:
    """What else was found on the resource, and which of them the total takes."""
    rows = held.read(opportunities.of_resource, found["account_id"], found["region"], found["resource_id"], as_of=held.as_of)
    others = rows[rows["id"] != found["id"]]
    if others.empty:
        return
    st.markdown("**Also found on this resource**")
    for row in others.itertuples():
        aside = "" if row.state in LIVE else f" ({row.state})"
        counts = ("counted as well" if found["counted"] else "counted") if row.counted else f"not counted{aside}"
        st.markdown(f"- {fmt.plain(row.title)}: {fmt.plain(fmt.exact(row.monthly_savings))} a month, {counts}")


def _worked_out(found: Finding) -> None:
    """The rule, its thresholds, the window, the prices and the confidence."""
    check = next((each for each in checks.discovered() if each.id == found["check"]), None)
    with st.expander("How is this worked out?", icon=":material/functions:", key="finding-rule"):
        st.markdown("\n".join(explained(found, check)))


def explained(found: Finding, check: Check | None) -> list[str]:
    """The same as lines of Markdown."""
    evidence = found["evidence"]
    lines = [f"- **Rule** {fmt.plain(evidence.get('rule', ''))}"]
    if check:
        lines.append(f"- **In full** {fmt.plain(check.rule)}")
    lines += [f"- **Threshold** {fmt.plain(told)}" for told in _thresholds(evidence.get("thresholds", {}), check)]
    if days := evidence.get("window_days"):
        lines.append(f"- **Window** the {fmt.count(int(days), 'whole day')} before {fmt.day(_date(found['as_of']))}, UTC")
    if values := evidence.get("values"):
        measured = (f"{name.replace('_', ' ')} {_value(value)}" for name, value in values.items())
        lines.append(f"- **Measured** {fmt.plain(', '.join(measured))}")
    if check:
        lines.append(f"- **Saving** {fmt.plain(check.price)}")
    if sources := _sources(found["price"]):
        lines.append(f"- **Prices** {fmt.plain(sources)}")
    lines.append(f"- **Confidence** {found['confidence']:.0%}: how sure the finding, its prices and what commitments cover are")
    lines.append("- **Priority** high from \\$100 of saving times confidence a month, medium from \\$10")
    return lines


def _thresholds(limits: Mapping[str, float], check: Check | None) -> list[str]:
    known = {each.name: each for each in check.thresholds} if check else {}
    return [
        f"{known[name].description}: {value:g} {known[name].unit}" if name in known else f"{name.replace('_', ' ')}: {value:g}"
        for name, value in limits.items()
    ]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    return fmt.size(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _sources(price: Mapping[str, Any]) -> str:
    """Where the prices come from, and of which day they are."""
    lines = [line for name in ("now", "after") if (working := price.get(name)) for line in working.get("lines", ())]
    return ", ".join(sorted({f"{line['source']} of {fmt.day(date.fromisoformat(line['source_date']))}" for line in lines}))


def _where_from(found: Finding) -> None:
    place = f"{found['resource_id']} in account {found['account_id']}, {found['region'] or 'every region'}"
    st.caption(fmt.plain(f"{place} · check {found['check']} · judged as of {fmt.day(_date(found['as_of']))}"))
    if address := console.link(found["resource_type"], found["region"], found["resource_id"]):
        st.link_button("Open in the AWS console", address, icon=":material/open_in_new:")


def _date(when: Any) -> date:
    return when if isinstance(when, date) and not isinstance(when, pd.Timestamp) else pd.Timestamp(when).date()
