"""Making, changing and deleting a budget: one dialog each, which names whatever can't be taken."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import streamlit as st

from app import filters
from app import format as fmt
from app.budgets import words
from app.layout import Page
from app.opportunities.actions import name_of_the_person
from app.view import Choice
from core import budgets as setting
from core import runs
from core.analysis.budgets import MONTHS
from core.budgets import Draft
from core.errors import BudgetRefused, SpendscopeError
from core.insight import budgets
from core.models import CostType, Filters, month_after
from core.store import queries
from core.store.budgets import Budget

CHOSEN = Choice("budget")
"""Which budget is shown, by its id."""

PERIOD = Choice("budget_period")
"""Which of its periods, by its first day; by default the one that hasn't settled."""

_ASKED, _TOLD = "budget-asked", "budget-told"
_NEW, _DELETE, _EDIT = "new", "delete", "edit"
_MONTHS_BACK, _MONTHS_AHEAD = 24, 12


def buttons(budget: Budget | None) -> None:
    """What can be done: a new budget, and with the chosen one."""
    if budget:
        st.button("Edit", icon=":material/edit:", key="budget-edit", on_click=_ask, args=(_EDIT, budget.id))
        st.button("Delete", icon=":material/delete:", key="budget-delete", on_click=_ask, args=(_DELETE, budget.id))
    new_button("New budget", kind="secondary" if budget else "primary")


def new_button(label: str, kind: str = "primary") -> None:
    """The button that opens an empty form."""
    st.button(label, icon=":material/add:", key="budget-new", type=kind, on_click=_ask, args=(_NEW, ""))  # type: ignore[arg-type]


def follow(page: Page, held: Sequence[Budget]) -> None:
    """Tell how the last change went, and open the dialog that was asked for."""
    if told := st.session_state.pop(_TOLD, None):
        st.toast(told, icon=":material/info:")
    what, ident = st.session_state.get(_ASKED, ("", ""))
    budget = next((one for one in held if one.id == ident), None)
    if what == _NEW:
        st.dialog("New budget", width="medium", on_dismiss=_forget)(_form)(page, None)
    elif what == _EDIT and budget:
        st.dialog("Edit budget", width="medium", on_dismiss=_forget)(_form)(page, budget)
    elif what == _DELETE and budget:
        st.dialog("Delete budget", on_dismiss=_forget)(_deletion)(page, budget)


def of_the_bar(view: Filters) -> Budget:
    """A budget of what the filter bar chooses, as far as it is known before the form."""
    month = month_after(runs.utc_now().date())
    amounts = (Decimal(0), setting.ACTUAL_THRESHOLDS, setting.FORECAST_THRESHOLDS)
    return Budget("", "", view.selected, view.cost_type, view.currency, "monthly", *amounts, month, "", runs.utc_now(), runs.utc_now())


def _form(page: Page, held: Budget | None) -> None:
    view = page.view.filters
    shown = held or of_the_bar(view)
    if held:
        taken = st.toggle("Take filters, cost type and currency from the page's filter bar", key="budget-refilter")
        shown = of_the_bar(view) if taken else held
    accounts = page.figures.read(queries.account_names)
    st.caption(fmt.plain(f"Of: {words.filters(shown, accounts)} · {shown.cost_type.label} · {shown.currency}"))
    if not held:
        st.caption("Choose other filters, cost type or currency in the bar above before you open this.")
    period = st.segmented_control(
        "Period", list(MONTHS), default=held.period if held else "monthly", format_func=str.capitalize, key="budget-period"
    )
    every = period or "monthly"
    suggested = page.figures.read(budgets.suggestion, _view(shown, view), page.figures.settled_days, every)
    with st.form("budget-form", border=False, enter_to_submit=True):
        draft, who = _fields(page, shown, held, every, suggested)
        if st.form_submit_button("Save budget", type="primary", icon=":material/save:"):
            _save(page, draft, who, held)


def _fields(page: Page, shown: Budget, held: Budget | None, period: str, suggested: Decimal | None) -> tuple[Draft, str]:
    name = st.text_input("Name", value=held.name if held else "", placeholder="What it is for", key="budget-name")
    same = held is not None and held.period == period
    amount = held.amount if held and same else suggested
    hint = f"The last whole months suggest {fmt.money(suggested, shown.currency)}." if suggested else "The last months suggest no amount."
    given = st.text_input(
        f"Amount {words.EVERY[period]}, {shown.currency}",
        value=_plain(amount) if amount is not None else "",
        key=f"budget-amount-{period}",
        help=f"{fmt.plain(hint)} It is the mean of up to {budgets.SUGGESTED_FROM} settled months, rounded up.",
    )
    first, second = st.columns(2)
    actual = first.text_input(
        "Alert when spent, %", value=_joined(shown.actual), key="budget-actual", help="Of settled days. Several: 50, 80, 100"
    )
    forecast = second.text_input(
        "Alert when expected, %", value=_joined(shown.forecast), key="budget-forecast", help="Of the forecast of the whole period."
    )
    months = _starts(page, held)
    begins = months.index(held.start) if held else months.index(_begun(period, runs.utc_now().date()))
    told = "Periods are counted from here: a year that begins in April, a quarter that begins in February."
    start = st.selectbox("Begins", months, index=begins, format_func=lambda day: f"{day:%B %Y}", key=f"budget-start-{period}", help=told)
    who = name_of_the_person("budget-who")
    draft = Draft(
        name=name,
        amount=given,
        start=start,
        currency=shown.currency,
        selected=shown.selected,
        cost_type=CostType(shown.cost_type).value,
        period=period,
        actual=_split(actual),
        forecast=_split(forecast),
    )
    return draft, who


def _save(page: Page, draft: Draft, who: str, held: Budget | None) -> None:
    store, now = page.figures.store, runs.utc_now()
    try:
        made = setting.save(store, draft, who=who, at=now, ident=held.id if held else "")
    except BudgetRefused as refused:
        for problem in refused.problems:
            st.error(fmt.plain(problem), icon=":material/error:")
        st.caption(refused.hint)
        return
    except SpendscopeError as error:
        st.error(f"**{fmt.plain(error.message)}** {fmt.plain(error.hint)}", icon=":material/error:")
        return
    newest = max((partition.run_id for partition in page.figures.snapshot.current), default="")
    with st.spinner("Judging the budget"):
        reason = budgets.watched(store, page.figures.settled_days, newest, now)
    _done(f"{made.name} is saved. {reason}".strip(), made.id)


def _deletion(page: Page, budget: Budget) -> None:
    st.markdown(f"**{fmt.plain(budget.name)}** is not judged or listed any more. The alerts that it fired stay.")
    who = name_of_the_person("budget-who")
    if not st.button("Delete budget", type="primary", icon=":material/delete:", key="budget-deleted"):
        return
    try:
        setting.delete(page.figures.store, budget.id, who=who, at=runs.utc_now())
    except SpendscopeError as error:
        st.error(f"**{fmt.plain(error.message)}** {fmt.plain(error.hint)}", icon=":material/error:")
        return
    _done(f"{budget.name} is deleted.", "")


def _done(told: str, ident: str) -> None:
    st.session_state[_TOLD] = fmt.plain(told)
    _forget()
    filters.show(st.session_state["view"].choosing(CHOSEN, (ident,) if ident else ()).choosing(PERIOD, ()))
    st.rerun()


def _ask(what: str, ident: str) -> None:
    for key in [key for key in st.session_state if isinstance(key, str) and key.startswith(("budget-amount-", "budget-start-"))]:
        del st.session_state[key]
    st.session_state[_ASKED] = (what, ident)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _view(shown: Budget, view: Filters) -> Filters:
    return Filters(view.start, view.end, shown.currency, shown.cost_type, shown.selected)


def _starts(page: Page, held: Budget | None) -> list[date]:
    """The months that a budget can begin with: those around today, those with figures, and the one it has."""
    today, span = runs.utc_now().date(), page.known.coverage
    around = {month_after(today, count) for count in range(-_MONTHS_BACK, _MONTHS_AHEAD + 1)}
    return sorted(around | {month_after(span.first), month_after(span.last)} | ({held.start} if held else set()))


def _begun(period: str, today: date) -> date:
    """The calendar month, quarter or year of today."""
    return month_after(today, -((today.month - 1) % MONTHS[period]))


def _split(text: str) -> list[str]:
    return [part for part in text.replace("%", " ").replace(";", ",").replace(" ", ",").split(",") if part]


def _joined(thresholds: Sequence[Decimal]) -> str:
    return ", ".join(_plain(threshold) for threshold in thresholds)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
