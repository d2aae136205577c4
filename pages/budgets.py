"""What may be spent, what was, and what is expected to be: one curve a budget, and the alerts that it fired."""

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from app import download, filters, layout
from app import format as fmt
from app.budgets import chart, form, lists, words
from app.kpi import card
from app.layout import Page
from core.analysis.budgets import period_of
from core.errors import AnalysisRefused
from core.insight import budgets
from core.insight.budgets import Standing
from core.store import budgets as held
from core.store import queries
from core.store.budgets import Budget

PAGE = {"title": "Budgets", "icon": ":material/account_balance_wallet:", "section": "Costs", "place": 5}

OWN = (form.CHOSEN, form.PERIOD)


def main() -> None:
    """The page, from the finding in words to AWS's own budgets."""
    page = layout.opened("Budgets", *OWN)
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    st.caption("These filters are what a new budget is of. Each budget below has its own, for all of its days.")
    there = held.listed(page.figures.store)
    with heading:
        with st.spinner("Working out where the budgets stand"):
            standings, refused = stand(page, there)
        st.title(fmt.plain(words.headline(standings) if standings or not there else "Where the budgets stand isn't known"))
        layout.freshness(page)
    if refused:
        st.warning(fmt.plain(refused), icon=":material/hourglass_empty:")
    if standings:
        shown = chosen(page, standings)
        kpis(shown)
        curve(page, shown)
        lists.alerts(page, shown.budget, there)
        lists.table(page, standings)
    else:
        invitation(page)
    lists.theirs(page)
    form.follow(page, there)


def stand(page: Page, there: Sequence[Budget]) -> tuple[list[Standing], str]:
    """Where each budget stands in the period that hasn't settled, the worst first, or why nothing can be said."""
    try:
        found = [page.figures.read(budgets.standing, budget, page.figures.settled_days) for budget in there]
    except AnalysisRefused as refused:
        return [], f"{refused.message} {refused.hint}"
    return words.worst_first(found), ""


def invitation(page: Page) -> None:
    """No budget yet: what one is for, and an amount to begin with."""
    view = page.view.filters
    amount = page.figures.read(budgets.suggestion, view, page.figures.settled_days, "monthly")
    with st.container(border=True, key="budgets-none"):
        st.subheader("Set the first budget")
        st.markdown(
            "A budget is an amount for a month, a quarter or a year, of all costs or of what the filters above choose. It is held against "
            "settled days and the forecast, and tells once when a threshold is reached."
        )
        if amount:
            st.markdown(fmt.plain(f"The last whole months suggest {fmt.money(amount, view.currency)} a month for these filters."))
        form.new_button("Set a budget")


def chosen(page: Page, standings: Sequence[Standing]) -> Standing:
    """The budget and the period that the address asks for, with what can be done; by default the worst, in the open period."""
    by_id = {one.budget.id: one for one in standings}
    asked = next(iter(page.view.chosen(form.CHOSEN)), standings[0].budget.id)
    if asked not in by_id:
        st.info("The budget that this link shows isn't there any more; the first one is shown.", icon=":material/link_off:")
        filters.remember(page.view.choosing(form.CHOSEN, ()).choosing(form.PERIOD, ()), OWN)
    one = by_id.get(asked, standings[0])
    periods = page.figures.read(budgets.periods, one.budget, page.figures.settled_days) or [one.first]
    first = asked_period(page, periods)
    with st.container(horizontal=True, vertical_alignment="bottom", key="budget-choices"):
        _select("Budget", form.CHOSEN.name, list(by_id), one.budget.id, lambda ident: by_id[ident].budget.name, 320)
        _select("Budget period", form.PERIOD.name, [str(day) for day in periods], str(first), lambda day: name_of(one.budget, day), 220)
        form.buttons(one.budget)
    return one if first == one.first else page.figures.read(budgets.standing, one.budget, page.figures.settled_days, first)


def asked_period(page: Page, periods: Sequence[date]) -> date:
    """The period of the address where the budget has it, else the newest."""
    asked = next(iter(page.view.chosen(form.PERIOD)), "")
    return next((day for day in periods if str(day) == asked), periods[0])


def name_of(budget: Budget, first: str) -> str:
    """A period in few words: its month, or its months."""
    day = date.fromisoformat(first)
    _, last = period_of(budget.start, budget.period, day)
    return f"{day:%B %Y}" if budget.period == "monthly" else f"{day:%b %Y} to {last:%b %Y}"


def _select(label: str, name: str, options: Sequence[str], value: str, told: Callable[[str], str], width: int) -> None:
    """A box whose value is in the address."""
    key = f"choose-{name}"
    st.session_state[key] = value

    def change() -> None:
        view = st.session_state["view"].choosing(form.PERIOD, ())
        picked = form.CHOSEN if name == form.CHOSEN.name else form.PERIOD
        filters.show(view.choosing(picked, (st.session_state[key],)))

    st.selectbox(label, options, key=key, format_func=told, width=width, on_change=change)


def kpis(one: Standing) -> None:
    """Spent, budget, forecast at the period's end, the chance of passing."""
    budget, currency = one.budget, one.budget.currency
    with st.grid("auto", min_column_width=205, key="budget-kpis"):
        spent = "Not known" if one.actual is None else fmt.short(one.actual, currency)
        used = f"{fmt.share(one.actual, budget.amount)} of the budget" if one.actual is not None else "no day has settled yet"
        upto = f"Settled days up to {fmt.day(one.settled)}" if one.settled else "Nothing has settled"
        exactly = f": {fmt.exact(one.actual, currency)}." if one.actual is not None else "."
        card("Spent", spent, note=used, help=upto + exactly)
        card(f"Budget {words.EVERY[budget.period]}", fmt.short(budget.amount, currency), note=ahead_of_plan(one), help=words.period(one))
        if one.end:
            interval = f"80 %: {fmt.short(one.end.lower80, currency)} to {fmt.short(one.end.upper80, currency)}"
            label, note = ("Expected at its end", interval) if one.is_open else ("In the end", "settled")
            card(label, fmt.short(one.end.mean, currency), note=note, help=fmt.exact(one.end.mean, currency))
        else:
            card("Expected at its end", "Not known", note="no forecast", help=one.refused)
        card(
            "Chance of passing it",
            words.chance(one),
            note=words.LABELS[one.state],
            help="That the whole period costs more.",
        )


def ahead_of_plan(one: Standing) -> str:
    """How settled days stand beside their part of the budget."""
    if one.variance is None:
        return "nothing to hold against it yet"
    side = "ahead of" if one.variance > 0 else "behind"
    size = fmt.short(abs(one.variance), one.budget.currency)
    return f"{size} {side} plan" if one.variance else "exactly on plan"


def curve(page: Page, one: Standing) -> None:
    """Budget, actual and forecast as one daily curve."""
    budget = one.budget
    accounts = page.figures.read(queries.account_names)
    title = f"{budget.name}: {budget.cost_type.label} cost so far, {budget.currency}, {words.period(one)}"
    st.markdown(f"**{fmt.plain(title)}**")
    if one.missing:
        st.warning(
            f"{fmt.count(one.missing, 'settled day')} of this period {'has' if one.missing == 1 else 'have'} no figures and "
            "aren't counted: what was spent is more than is known.",
            icon=":material/data_alert:",
        )
    if one.refused:
        st.info(fmt.plain(f"There is no forecast: {one.refused}"), icon=":material/info:")
    st.plotly_chart(
        chart.curve(one),
        key="budget-curve",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]},
        alt=f"{title}, with its budget day by day and the forecast; {words.sentence(one)}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(fmt.plain(words.filters(budget, accounts)), width="content")
        rows = one.curve.assign(date=one.curve["date"].dt.strftime("%Y-%m-%d"))
        download.table(page, rows.assign(budget_name=budget.name), "Export curve (CSV)", "budget-curve")
        worked_out(one)


def worked_out(one: Standing) -> None:
    """The rules in words."""
    with st.popover("How is this worked out?", icon=":material/functions:", key="budget-worked-out", type="tertiary"):
        st.markdown(
            f"""- **Spent** is {one.budget.cost_type.label} cost of settled days; later days are dotted and judge nothing
- **Budget, day by day** spreads the amount as the 92 days before the period were spent: month starts, on which fees are billed, apart, \
other days by their weekday. With less than 28 known days it is even
- **Forecast** is the forecast page's, of these filters; its bounds at the end are the whole period's own
- **Over** is more than the budget on settled days; **at risk** is an expected end above it
- **Alerts** fire once a budget, period, kind and threshold, after each collection, import or analysis. Another amount or other filters \
arm them again

`docs/methods.md` says more under "Budgets"."""
        )


main()
