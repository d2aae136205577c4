"""How likely it is that a month or quarter costs more than an amount."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from app import filters
from app import format as fmt
from app.forecast.choices import AMOUNT, LARGEST, OVER, PERIODS
from app.kpi import card
from app.layout import Page
from core.insight import Outlook, PeriodEnd

_WORDS = ((0.005, "practically excluded"), (0.2, "unlikely"), (0.4, "less likely than not"), (0.6, "about as likely as not"))
_MORE = ((0.8, "more likely than not"), (0.995, "likely"))


def passing(page: Page, outlook: Outlook, assumed: Sequence[PeriodEnd] | None) -> None:
    """Ask for an amount and say how likely it is passed, with the assumptions too where there are some."""
    currency, labels = outlook.currency, dict(zip(PERIODS, map(name, outlook.periods), strict=True))
    st.markdown("**Chance of passing an amount**")
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast-amount"):
        st.number_input(
            f"Amount, {currency}",
            0.0,
            LARGEST,
            value=None,
            step=100.0,
            format="%.2f",
            placeholder="A budget",
            width=200,
            **filters.bound(AMOUNT, page.view),
        )
        st.segmented_control("Of", PERIODS, format_func=labels.__getitem__, required=True, **filters.bound(OVER, page.view))
    given = page.view.value(AMOUNT)
    if given is None:
        st.caption("Type an amount to see how likely the month or quarter is to cost more. Its interval says so.")
        return
    place, amount = PERIODS.index(page.view.value(OVER)), Decimal(repr(given))
    ends = [("As forecast", outlook.periods[place]), *([("With the assumptions", assumed[place])] if assumed else [])]
    st.markdown(fmt.plain(sentence(outlook.periods[place], amount, currency)))
    with st.grid("auto", min_column_width=205, key="forecast-chances"):
        for said, end in ends:
            card(said, percent(end.chance_over(amount)), note=f"{fmt.short(end.mean, currency)} expected")


def name(end: PeriodEnd) -> str:
    """September 2026, or Q3 2026."""
    return f"{end.first:%B %Y}" if end.first.month == end.last.month else f"Q{(end.first.month + 2) // 3} {end.first.year}"


def sentence(end: PeriodEnd, amount: Decimal, currency: str) -> str:
    """The chance in words and number."""
    chance = end.chance_over(amount)
    return f"That {name(end)} costs more than {fmt.money(amount, currency)} is {words(chance)}: {percent(chance)}."


def percent(chance: float) -> str:
    """A chance in whole percent; what is only nearly certain isn't said to be certain."""
    if 0 < chance < 0.01:
        return "under 1 %"
    if 0.99 < chance < 1:
        return "over 99 %"
    return f"{100 * chance:.0f} %"


def words(chance: float) -> str:
    """A chance in words."""
    return next((word for bound, word in (*_WORDS, *_MORE) if chance <= bound), "practically certain")
