"""Money, shares, dates and strangers' words as people read them."""

from datetime import date
from decimal import Decimal

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
MINUS = "\N{MINUS SIGN}"


def money(amount: Decimal | float, currency: str = "USD") -> str:
    """Whole units from a thousand, cents below; more digits for an amount that cents would hide."""
    size = abs(amount)
    digits = 0 if size >= 1000 else 2 if size >= Decimal("0.01") or size == 0 else 6
    return _signed(f"{size:,.{digits}f}", amount, currency)


def exact(amount: Decimal | float, currency: str = "USD") -> str:
    """Always with cents, for hover and tables that must add up."""
    return _signed(f"{abs(amount):,.2f}", amount, currency)


def short(amount: Decimal | float, currency: str = "USD") -> str:
    """For headline figures: $1.2M, with the exact figure on hover."""
    size = abs(amount)
    if size >= 1_000_000:
        return _signed(f"{size / 1_000_000:,.2f}M", amount, currency)
    return money(amount, currency)


def change(now: Decimal | float, before: Decimal | float, currency: str = "USD") -> str:
    """A change in money and percent; from nothing it is "new"."""
    difference = now - before
    sign = "+" if difference > 0 else ""
    return f"{sign}{money(difference, currency)} ({percent_change(now, before)})"


def percent_change(now: Decimal | float, before: Decimal | float) -> str:
    """A change in percent with one decimal; "new" from nothing, "no change" for none."""
    if now == before:
        return "no change"
    if not before:
        return "new"
    ratio = float(now - before) / abs(float(before)) * 100
    return f"{ratio:+.1f} %".replace("-", MINUS)


def share(part: Decimal | float, whole: Decimal | float) -> str:
    """A share in percent with one decimal, or a dash of nothing."""
    return f"{float(part) / float(whole) * 100:.1f} %" if whole else "–"


def day(when: date) -> str:
    """12 Aug 2026."""
    return f"{when.day} {when:%b %Y}"


def period(start: date, end: date) -> str:
    """A span of days, without saying the year or month twice."""
    if start == end:
        return day(start)
    if start.year != end.year:
        return f"{day(start)} – {day(end)}"
    if start.month != end.month:
        return f"{start.day} {start:%b} – {day(end)}"
    return f"{start.day} – {day(end)}"


def count(number: int, what: str) -> str:
    """1 part, 2 parts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """A measured figure in few signs: 5, 0.25, 12,345, 1.07G."""
    for power, mark in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(number) >= power:
            return f"{number / power:,.2f}".rstrip("0").rstrip(".") + mark
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def delta(text: str) -> str:
    """A change as st.metric reads it: it knows a fall by its hyphen only."""
    return text.replace(MINUS, "-", 1)


def plain(text: str) -> str:
    """Text from strangers, and money, without the signs that Markdown would read."""
    for mark in "\\`*_[]<>$#":
        text = text.replace(mark, f"\\{mark}")
    return text


def column(currency: str) -> str:
    """The number format of a table's money column."""
    return {"USD": "dollar", "EUR": "euro", "JPY": "yen"}.get(currency, "%,.2f")


def sign(currency: str) -> str:
    """The currency's sign, or its code and a space."""
    return _SIGNS.get(currency, f"{currency} ")


def _signed(figure: str, amount: Decimal | float, currency: str) -> str:
    minus = MINUS if amount < 0 and figure.strip("0.,") else ""
    return f"{minus}{sign(currency)}{figure}"
