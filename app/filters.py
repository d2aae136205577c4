"""The one filter bar. Its state is the URL: a copied link shows the same view, and Back goes back.

The bar writes the URL itself instead of binding each widget to it, because a link must carry the dates even where they
are defaults, a bad value must be named instead of dropped, and one click on a chart changes several filters at once.

What a page lets one choose beside the bar is in the URL as well. The page names its choices when it opens, and binds a widget to each:

    SEVERITY = Choice("severity", ("high", "medium", "low"), several=True)
    SORT = Choice("sort", ("impact", "first"), default="impact")

    page = layout.opened("Anomalies", SEVERITY, SORT)
    st.pills("Severity", SEVERITY.values, selection_mode="multi", **filters.bound(SEVERITY, page.view))
    shown = page.view.chosen(SEVERITY)  # a tuple; of none it is empty, which means all

A link's bad values are named above the bar and left out. Choices of other pages are kept, and are back in the URL with their page.
Parameters have to differ from those of the bar; two pages may share a name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from app.cached import Figures
from app.view import DRILLED, NONE, Choice, Known, View, default_view, natural_grain, parse
from core.models import DIMENSIONS, FILTER_BAR, TAG_PREFIX, USAGE_CATEGORY, CostType, Filters
from core.store import queries

CUSTOM = "Custom"
_VIEW, _URL, _PROBLEMS = "view", "view_url", "view_problems"


def known(figures: Figures) -> Known | None:
    """What a link can refer to, or None while nothing is published."""
    span = figures.read(queries.coverage)
    if span is None:
        return None
    everything = pd.concat([figures.read(queries.facets, span.first, span.last, currency) for currency in span.currencies])
    return Known(span, {dimension.key: frozenset(everything[dimension.key]) for dimension in FILTER_BAR})


def current(known_values: Known, choices: Sequence[Choice] = ()) -> View:
    """The view to show: what the widgets were just set to, unless the address changed (a first visit, a link, Back).

    A page come to by the sidebar has an empty address, and so has Back to that moment: the view stays. `choices` are the page's own.
    """
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    url = _address(params)
    state = st.session_state
    if _VIEW not in state or (url and url != state.get(_URL)):
        asked, state[_PROBLEMS] = parse(params, known_values, choices)
        elsewhere = {choice: values for choice, values in _own().items() if choice not in choices}
        state[_VIEW] = replace(asked, own={**elsewhere, **asked.own})
    held: View = state[_VIEW]
    view = replace(held, own={choice: values for choice, values in held.own.items() if choice.lasting or choice in choices})
    remember(view, choices)
    return view


def remember(view: View, choices: Sequence[Choice] = ()) -> None:
    """Make a view the one that is shown and that the address stands for, on a page with these choices."""
    encoded = view.encoded(choices)
    st.session_state[_VIEW] = view
    if _address(encoded) != _address({name: st.query_params.get_all(name) for name in st.query_params}):
        st.query_params.from_dict(encoded)
    st.session_state[_URL] = _address(encoded)


def show(view: View) -> None:
    """For callbacks: go to a view with the next run."""
    st.session_state[_VIEW] = view
    st.session_state[_PROBLEMS] = []


def bound(choice: Choice, view: View) -> dict[str, Any]:
    """What binds a widget to a choice: its key, and what to call when it changes. A widget of several values holds a list."""
    key = _widget(f"own-{choice.name}", list(view.chosen(choice)) if choice.several else view.value(choice))

    def change(view: View, value: Any) -> View:
        return view.choosing(choice, value if choice.several else [_written(value)] if value not in (None, "") else [])

    return {"key": key, "on_change": _set, "args": (key, change)}


def _written(value: Any) -> str:
    """A widget's value as a link has it: numbers without needless digits, days in ISO."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def bar(figures: Figures, view: View, known_values: Known) -> None:
    """Draw the bar. A change calls back before the next run, so that everything below sees the new view."""
    _problems()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters-when"):
        _period(view, known_values)
        _choice("Cost type", "cost_type", list(CostType), view, lambda cost_type: cost_type.label)
        if len(known_values.coverage.currencies) > 1:
            _choice("Currency", "currency", list(known_values.coverage.currencies), view, str)
        key = _widget("compare", view.compare)
        st.toggle(
            "Compare",
            key=key,
            on_change=_set,
            args=(key, lambda view, value: replace(view, compare=value)),
            help="Show the period before beside this one.",
        )
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters-what"):
        _dimensions(figures, view)
        usage_only = view.filters.selected.get("category") == (USAGE_CATEGORY,)
        key = _widget("usage_only", usage_only)
        st.toggle(
            "Usage only", key=key, on_change=_set, args=(key, lambda view, on: _with(view, "category", [USAGE_CATEGORY] if on else []))
        )
        reset = default_view(known_values.coverage)
        st.button("Reset", icon=":material/restart_alt:", on_click=show, args=(reset,), disabled=view == reset, type="tertiary")
    _chips(view)


def account_label(names: Mapping[str, str], account: str) -> str:
    """An account's name with its id, or the id alone."""
    if not account:
        return NONE
    return f"{names[account]} ({account})" if account in names else account


def periods(known_values: Known) -> dict[str, tuple[date, date]]:
    """The named periods, counted back from the last day with figures."""
    first, last = known_values.coverage.first, known_values.coverage.last
    month = last.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)

    def months_back(count: int) -> date:
        index = month.year * 12 + month.month - count
        return date(index // 12, index % 12 + 1, 1)

    named = {
        "Last 7 days": (last - timedelta(days=6), last),
        "Last 30 days": (last - timedelta(days=29), last),
        f"{month:%B %Y}": (month, last),
        f"{before:%B %Y}": (before, month - timedelta(days=1)),
        "Last 3 months": (months_back(3), last),
        "Last 12 months": (months_back(12), last),
        "All days": (first, last),
    }
    return {name: (max(start, first), end) for name, (start, end) in named.items() if end >= first}


def _period(view: View, known_values: Known) -> None:
    named = periods(known_values)
    shown = next((name for name, span in named.items() if span == (view.filters.start, view.filters.end)), CUSTOM)
    options = [*named, CUSTOM] if shown == CUSTOM else list(named)
    key = _widget("period", shown)
    st.selectbox(
        "Period",
        options,
        key=key,
        width=170,
        on_change=_set,
        args=(key, lambda view, name: _dated(view, *named[name]) if name in named else view),
    )
    key = "filter-dates"
    if not _half_picked():
        _widget("dates", (view.filters.start, view.filters.end))
    first, last = known_values.coverage.first, known_values.coverage.last
    st.date_input(
        "Days (UTC)",
        key=key,
        min_value=min(first, view.filters.start),
        max_value=max(last, view.filters.end),
        width=230,
        format="YYYY-MM-DD",
        on_change=_set,
        args=(key, lambda view, days: _dated(view, *days) if len(days) == 2 else view),
    )


def _choice(label: str, name: str, options: list[Any], view: View, label_of: Callable[[Any], str]) -> None:
    key = _widget(name, getattr(view.filters, name))
    st.selectbox(
        label,
        options,
        key=key,
        format_func=label_of,
        width=190,
        on_change=_set,
        args=(key, lambda view, value: replace(view, filters=replace(view.filters, **{name: value}))),
    )


def _dimensions(figures: Figures, view: View) -> None:
    facets = figures.read(queries.facets, view.filters.start, view.filters.end, view.filters.currency)
    names = figures.read(queries.account_names)
    for dimension in FILTER_BAR:
        chosen = view.filters.selected.get(dimension.key, ())
        options = sorted({*_offered(facets, view.filters, dimension.key), *chosen}, key=lambda value: (value == "", value.lower()))
        label_of = (lambda value: account_label(names, value)) if dimension.key == "account" else (lambda value: value or NONE)
        key = _widget(dimension.key, list(chosen))
        st.multiselect(
            dimension.label,
            options,
            key=key,
            format_func=label_of,
            placeholder=f"All {dimension.plural}",
            width=170,
            on_change=_set,
            args=(key, lambda view, values, name=dimension.key: _with(view, name, values)),
        )


def _offered(facets: pd.DataFrame, filters: Filters, key: str) -> list[str]:
    """The values that exist under the other selections."""
    rows = facets
    for dimension in FILTER_BAR:
        chosen = filters.selected.get(dimension.key, ())
        if chosen and dimension.key != key:
            rows = rows[rows[dimension.key].isin(chosen)]
    return list(rows[key].unique())


def _chips(view: View) -> None:
    """The selections that have no box in the bar, each with a button that lifts it."""
    drilled = {key: values for key, values in view.filters.selected.items() if key in DRILLED or key.startswith(TAG_PREFIX)}
    if not drilled:
        return
    with st.container(horizontal=True, key="filters-chips"):
        for key, values in drilled.items():
            label = f"Tag {key.removeprefix(TAG_PREFIX)}" if key.startswith(TAG_PREFIX) else DIMENSIONS[key].label
            what = values[0] or NONE if len(values) == 1 else f"{len(values)} values"
            st.button(
                f"{label}: {what}",
                key=f"chip-{key}",
                icon=":material/close:",
                help="Remove this filter",
                on_click=show,
                args=(replace(view, filters=view.filters.without(key)),),
            )


def _problems() -> None:
    problems = st.session_state.get(_PROBLEMS, [])
    if problems:
        st.warning("  \n".join(problems), icon=":material/link_off:")


def _with(view: View, key: str, values: list[str]) -> View:
    filters = view.filters.without(key)
    return replace(view, filters=replace(filters, selected={**filters.selected, **({key: tuple(values)} if values else {})}))


def _dated(view: View, start: date, end: date) -> View:
    filters = replace(view.filters, start=start, end=end)
    return replace(view, filters=filters, grain=natural_grain(filters))


def _widget(name: str, value: Any) -> str:
    """A widget's key, its state set to what the view says."""
    key = f"filter-{name}"
    st.session_state[key] = value
    return key


def _set(key: str, change: Callable[[View, Any], View]) -> None:
    """Apply a widget's new value to the view of this moment; clicks in quick succession then add up."""
    half = _half_picked()
    show(change(st.session_state[_VIEW], st.session_state[key]))
    if half and key != "filter-dates":
        del st.session_state["filter-dates"]


def _own() -> Mapping[Choice, tuple[str, ...]]:
    """The choices of all pages so far."""
    return st.session_state[_VIEW].own if _VIEW in st.session_state else {}


def _half_picked() -> bool:
    """Whether the first day of a range has been picked and the second not yet."""
    return len(st.session_state.get("filter-dates", ())) == 1


def _address(params: Mapping[str, list[str]]) -> str:
    return urlencode(sorted((name, value) for name, values in params.items() for value in values))
