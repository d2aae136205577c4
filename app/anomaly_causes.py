"""Where an anomaly's money came from, on its card: tables that add up to the impact, and the question to Cost Explorer."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app import anomalies, collecting
from app import format as fmt
from app.breakdown import group_label, labels_of
from app.layout import Page
from core import insight, investigate
from core.analysis.causes import Causes
from core.analysis.scopes import DIMENSIONS
from core.errors import SpendscopeError
from core.insight import Anomaly
from core.models import TAG_PREFIX
from core.store import anomaly_causes
from core.store.anomaly_causes import Answer

_SHOWN = 6
_ASKING = "Asking Cost Explorer for the usage types"
_FAILED = "anomaly-asking-failed"


def draw(page: Page, anomaly: Anomaly, found: Sequence[Anomaly]) -> None:
    """The causes together and by each dimension that tells something, and what Cost Explorer said or can be asked."""
    told = page.figures.read(insight.origins, page.view.filters, anomaly, tuple(found))
    st.markdown("**Where it came from**")
    labels = {key: labels_of(page, key, [part.values[place] for part in told.causes.parts]) for place, key in enumerate(told.causes.keys)}
    if sentence := anomalies.telling(told.causes, labels):
        st.caption(fmt.plain(sentence))
    tabs = dict(_tabs(told))
    for (name, causes), tab in zip(tabs.items(), st.tabs(list(tabs)), strict=True):
        with tab:
            _table(causes, [_labels(page, key, causes, place) for place, key in enumerate(causes.keys)], anomaly.currency, name)
    _usage_types(page, anomaly, found)


def _tabs(told: insight.Origins) -> list[tuple[str, Causes]]:
    """The causes by what they are told apart by: together first, then what says most."""
    keys = [key for key in told.causes.keys if len({part.values[told.causes.keys.index(key)] for part in told.causes.parts}) > 1]
    order = [drill.key for drill in told.causes.drills if drill.key in keys]
    single = [(f"By {group_label(key).lower()}", told.causes.by(key)) for key in [*order, *(key for key in keys if key not in order)]]
    more = [("By resource", told.resources)] if told.resources else []
    tags = [(f"Tag {key}", causes) for key, causes in told.tags.items()]
    return [("Together", _narrowed(told.causes)), *single, *more, *tags]


def _narrowed(causes: Causes) -> Causes:
    """Without the columns that say nothing."""
    kept = [place for place, _ in enumerate(causes.keys) if any(part.values[place] for part in causes.parts)]
    keys = tuple(causes.keys[place] for place in kept)
    parts = tuple(type(part)(tuple(part.values[place] for place in kept), part.expected, part.actual) for part in causes.parts)
    return Causes(keys, parts, causes.drills) if keys else causes


def _labels(page: Page, key: str, causes: Causes, place: int) -> Mapping[str, str]:
    return labels_of(page, key, list({part.values[place] for part in causes.parts}))


def _table(causes: Causes, labels: Sequence[Mapping[str, str]], currency: str, name: str) -> None:
    rows = anomalies.cause_rows(causes, labels, _SHOWN)
    price = fmt.column(currency)
    whole = max([1.0, *rows["share"].dropna().abs()])
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            **{key: st.column_config.TextColumn(_column(key), pinned=not place) for place, key in enumerate(causes.keys)},
            "expected": st.column_config.NumberColumn("Expected", format=price),
            "actual": st.column_config.NumberColumn("Actual", format=price),
            "contribution": st.column_config.NumberColumn("Contribution", format=price, help="Actual less expected"),
            "share": st.column_config.ProgressColumn("Share of impact", format="percent", min_value=0.0, max_value=whole),
        },
        placeholder="–",
        alt=f"What each part adds to the impact, {name.lower()}",
    )
    st.caption(fmt.plain(f"{fmt.count(len(causes.parts), 'part')}, together {fmt.exact(causes.impact, currency)}."))


def _column(key: str) -> str:
    return group_label(key) if key in DIMENSIONS or key == "resource" or key.startswith(TAG_PREFIX) else key


def _usage_types(page: Page, anomaly: Anomaly, found: Sequence[Anomaly]) -> None:
    """What Cost Explorer said of the usage types, or a button that asks it."""
    answer = investigate.answer_of(anomaly, page.figures.read(_answers))
    if answer:
        _said(answer)
    elif investigate.can_ask(page.figures.snapshot, page.view.filters, anomaly):
        label = f"Ask Cost Explorer for the usage type (${investigate.USD})"
        st.button(label, icon=":material/search:", key="anomaly-ask", on_click=_ask, args=(page, anomaly, tuple(found)), help=_help(page))
        if failed := st.session_state.pop(_FAILED, None):
            st.error(failed, icon=":material/error:")


def _help(page: Page) -> str:
    whose = "The demo's own bill is asked, for nothing." if page.figures.is_demo else "AWS bills it; the run ledger notes it."
    return f"One request for these days and the 28 before them. What comes is kept, so that it's asked once. {whose}"


def _said(answer: Answer) -> None:
    causes = Causes(("usage_type",), answer.parts, ())
    st.markdown("**By usage type, as Cost Explorer said when it was asked**")
    _table(causes, [{"": "(none)"}], answer.currency, "by usage type")
    days = fmt.period(answer.first, answer.last)
    st.caption(
        fmt.plain(f"Asked on {fmt.day(answer.at.date())} of {days}: {fmt.count(answer.requests, 'request')}, {fmt.exact(answer.usd)}.")
    )


def _ask(page: Page, anomaly: Anomaly, found: Sequence[Anomaly]) -> None:
    try:
        with st.spinner(_ASKING):
            collecting.ask_usage_types(page.view.filters, anomaly, found)
    except SpendscopeError as error:
        st.session_state[_FAILED] = f"**{fmt.plain(error.message)}** {fmt.plain(error.hint)}"


def _answers(store: object, snap: object) -> dict[str, Answer]:
    return anomaly_causes.answers(store)  # type: ignore[arg-type]  # what every cached read is given
