"""Other thresholds, tried on what is held: what they would find and come to, at once, and nothing is kept until somebody saves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import download
from app import format as fmt
from app.cached import Figures
from app.kpi import card
from app.layout import Page
from app.opportunities import actions
from app.opportunities.table import named
from core import checks, lifecycle, runs, sandbox
from core.checks.contract import Check, Threshold
from core.errors import SpendscopeError
from core.sandbox import Bench, Trial, TrialRow
from core.store import events

_TURN = "sandbox-turn"  # fields under a new key have forgotten what was tried
_WAITING = "Reading the resources that are held"
PERCENT = "%"
COMES, GOES, CHANGES = "Comes in", "Goes out", "Saves another amount"


@dataclass(frozen=True)
class Change:
    """A finding that other thresholds bring, take away, or make worth another amount; USD a month, None where it isn't found."""

    what: str
    row: TrialRow
    before: Decimal | None
    after: Decimal | None


def draw(page: Page) -> None:
    """An expander whose resources are read when it is opened."""
    opened = st.expander("Try other thresholds", key="sandbox", icon=":material/tune:", on_change="rerun")
    if not opened.open:
        return
    with opened, st.spinner(_WAITING):
        held = bench(page.figures)
        before = _tried(page.figures.version, held, ()) if held else None
    with opened:
        if held is None or before is None:
            st.info(
                "There is no inventory to try them on. Thresholds are tried on the resources of a collection from AWS.",
                icon=":material/info:",
            )
            return
        _trial(page, held, before)


def bench(held: Figures) -> Bench | None:
    """The resources and facts of this version, read once."""
    return _bench(held.version, held)


@st.cache_resource(max_entries=2, show_spinner=False)
def _bench(version: tuple[str, int, int], _held: Figures) -> Bench | None:
    return sandbox.bench(_held.store, _held.snapshot, _held.config, _held.as_of)


@st.cache_data(max_entries=30, show_spinner=False)
def _tried(version: tuple[str, int, int], _held: Bench, limits: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]) -> Trial:
    return _held.trial({ident: dict(values) for ident, values in limits})


def _trial(page: Page, held: Bench, before: Trial) -> None:
    st.caption("Tried on everything that was collected, whatever the filters. Nothing changes until you save it.")
    able = {each.id: each for each in checks.discovered() if each.thresholds}
    order = sorted(able, key=lambda ident: (-before.by_check[ident][1], ident))
    ident = st.selectbox("Check", order, format_func=lambda ident: able[ident].label, key="sandbox-check", width=340)
    check = able[ident]
    st.markdown(fmt.plain(f"{check.title} {check.rule}"))
    values = _fields(page, check, held.limits[ident])
    after = before
    if changed := {name: value for name, value in values.items() if value != held.limits[ident][name]}:
        with st.spinner("Asking the check of every resource"):
            after = _tried(page.figures.version, held, ((ident, tuple(changed.items())),))
    _figures(before, after, check)
    _changes(page, changes(before.rows, after.rows), changed=bool(changed))
    _decide(page, check, values, held.limits[ident], changed)


def _fields(page: Page, check: Check, limits: Mapping[str, float]) -> dict[str, float]:
    """A field for each threshold, beside what is saved of it and where that comes from."""
    saved = page.figures.read(_saved).get(check.id, {})
    turn = st.session_state.setdefault(_TURN, 0)
    values = {}
    with st.grid("auto", min_column_width=250, key="sandbox-fields"):
        for threshold in check.thresholds:
            with st.container(border=True, height="stretch"):
                values[threshold.name] = _field(threshold, limits[threshold.name], f"sandbox-{turn}-{check.id}-{threshold.name}")
                st.caption(fmt.plain(origin(threshold, limits[threshold.name], threshold.name in saved)))
    return values


def _saved(store: object, snap: object) -> dict[str, dict[str, float]]:
    return events.saved_thresholds(store)  # type: ignore[arg-type]  # of the store alone: the version is part of the key


def _field(threshold: Threshold, value: float, key: str) -> float:
    """A slider for a share, a number for anything else. Any number can be typed."""
    label = f"{threshold.description}, {threshold.unit}"
    if threshold.unit == PERCENT and 0 <= value <= 100:
        return float(st.slider(fmt.plain(label), 0.0, 100.0, value, 0.5, key=key, format="%g"))
    return float(st.number_input(fmt.plain(label), min_value=0.0, value=value, step=step(value), key=key, format="%g") or 0.0)


def step(value: float) -> float:
    """By how much a number is moved: a twentieth of it, as a round one."""
    size = 1.0
    while size > max(abs(value), 0.01) / 5:
        size /= 10
    while size * 10 <= max(abs(value), 0.01) / 5:
        size *= 10
    return size


def origin(threshold: Threshold, in_force: float, is_saved: bool) -> str:
    """What is in force, and where it comes from."""
    default = f"the default is {threshold.default:g}"
    if is_saved:
        instead = f", in place of the setting {threshold.setting.upper()}" if threshold.setting else ""
        return f"In force: {in_force:g}, saved here{instead}; {default}."
    if threshold.setting:
        return f"In force: {in_force:g}, by the setting {threshold.setting.upper()}; {default}. What is saved here takes its place."
    return f"In force: {in_force:g}, the default."


def _figures(before: Trial, after: Trial, check: Check) -> None:
    (found, saves), (found_now, saves_now) = before.by_check[check.id], after.by_check[check.id]
    with st.grid("auto", min_column_width=210, key="sandbox-figures"):
        card("Findings of this check", f"{found_now:,}", note=f"{found:,} in force")
        card(
            "They save a month",
            fmt.short(saves_now),
            note=f"{fmt.short(saves)} in force",
            help=f"Exactly {fmt.exact(saves_now)}, counted ones only.",
        )
        card(
            "All findings save a month",
            fmt.short(after.savings),
            note=f"{fmt.short(before.savings)} in force",
            help="A finding that goes may leave the total to another one on the same resource.",
        )
        card("Not measured", f"{after.not_measured:,}", note=f"{before.not_measured:,} in force")


def changes(before: Sequence[TrialRow], after: Sequence[TrialRow]) -> list[Change]:
    """What comes in, goes out, or is worth another amount, the largest first."""
    was, now = {row.id: row for row in before}, {row.id: row for row in after}
    found = [Change(COMES, row, None, row.monthly_savings) for ident, row in now.items() if ident not in was]
    found += [Change(GOES, row, row.monthly_savings, None) for ident, row in was.items() if ident not in now]
    found += [
        Change(CHANGES, row, was[ident].monthly_savings, row.monthly_savings)
        for ident, row in now.items()
        if ident in was and was[ident].monthly_savings != row.monthly_savings
    ]
    return sorted(found, key=lambda change: (-max(change.before or Decimal(0), change.after or Decimal(0)), change.row.id))


def _changes(page: Page, found: Sequence[Change], *, changed: bool) -> None:
    if not found:
        st.caption("Nothing comes in and nothing goes out." if changed else "Move a threshold to see what comes in and what goes out.")
        return
    kinds = [change.what for change in found]
    counts = (f"{kinds.count(COMES):,} come in, {kinds.count(GOES):,} go out", f"{kinds.count(CHANGES):,} save another amount")
    st.markdown(f"**{counts[0]}**" + (f", {counts[1]}" if kinds.count(CHANGES) else ""))
    rows = pd.DataFrame(
        {
            "what": kinds,
            "title": [change.row.title for change in found],
            "resource": [named(change.row.resource_name, change.row.resource_id) for change in found],
            "before": [None if change.before is None else float(change.before) for change in found],
            "after": [None if change.after is None else float(change.after) for change in found],
            "counted": [change.row.counted for change in found],
            "account": [change.row.account_id for change in found],
            "region": [change.row.region for change in found],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "what": st.column_config.TextColumn("Change", pinned=True),
            "title": st.column_config.TextColumn("Finding", width="medium"),
            "resource": st.column_config.TextColumn("Resource", width="medium"),
            "before": st.column_config.NumberColumn("Saves in force", format="dollar"),
            "after": st.column_config.NumberColumn("Saves as tried", format="dollar"),
            "counted": st.column_config.CheckboxColumn("Counted"),
            "account": "Account",
            "region": "Region",
        },
        placeholder="–",
        alt="What comes in and goes out with the thresholds that are tried",
    )
    download.table(page, rows, "Export the changes (CSV)", "thresholds-tried")


def _decide(page: Page, check: Check, values: Mapping[str, float], limits: Mapping[str, float], changed: Mapping[str, float]) -> None:
    """Save, drop, or go back to the defaults."""
    saved = page.figures.read(_saved).get(check.id, {})
    with st.container(horizontal=True, vertical_alignment="bottom", key="sandbox-decide"):
        who = actions.name_of_the_person("sandbox-who", width=220)
        save = st.button("Save thresholds", type="primary", icon=":material/save:", disabled=not changed, key="sandbox-save")
        st.button(
            "Drop", icon=":material/undo:", disabled=not changed, key="sandbox-drop", on_click=_drop, help="Back to what is in force."
        )
        back = st.button(
            "Back to the defaults",
            disabled=not saved,
            key="sandbox-default",
            help="Of this check; where there is a setting, that holds again.",
        )
    if save:
        _save(page, check, dict(changed), who)
    elif back:
        _save(page, check, dict.fromkeys(saved), who)


def _drop() -> None:
    st.session_state[_TURN] += 1


def _save(page: Page, check: Check, values: Mapping[str, float | None], who: str) -> None:
    try:
        lifecycle.save_thresholds(page.figures.store, check.id, values, at=runs.utc_now(), who=who)
    except SpendscopeError as error:
        st.error(f"**{fmt.plain(error.message)}** {fmt.plain(error.hint)}", icon=":material/error:")
        return
    actions.tell(f"Thresholds of {check.label} saved. {actions.judged_again(page)}".strip())
    _drop()
    st.rerun()
