"""What people say, fit to be kept: free text without what isn't seen, and moments in UTC."""

import unicodedata
from datetime import UTC, datetime, timedelta

from core.errors import ActionRefused

_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029}
"""Code points that turn the direction of what follows, or break a line where none is seen."""


def clean(name: str, text: str, longest: int, *, lines: bool = False) -> str:
    """Free text as it's kept: without blanks around it, of a bearable length, with nothing that isn't seen. Raises ActionRefused."""
    kept = text.replace("\r\n", "\n").strip()
    if len(kept) > longest:
        raise ActionRefused(f"{name.capitalize()} is too long.", f"Keep to {longest} characters.")
    for sign in kept:
        unseen = unicodedata.category(sign) in ("Cc", "Cs") or ord(sign) in _TURNING
        if unseen and not (sign == "\n" and lines):
            raise ActionRefused(f"{name.capitalize()} holds a character that can't be shown.", "Type it anew, on one line.")
    return kept


def shown(text: str) -> str:
    """An id or word that came from outside, fit for a sentence."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    return plain if len(plain) <= 120 else f"{plain[:119]}…"


def utc(at: datetime) -> datetime:
    """A moment without its zone, in UTC, to the millisecond."""
    plain = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return plain.replace(microsecond=plain.microsecond // 1000 * 1000)


def after(at: datetime, last: datetime | None) -> datetime:
    """A moment that is later than the last one: what is said last has to be the newest, whatever the clock says."""
    return max(at, last + timedelta(milliseconds=1)) if last else at


def stamp(at: datetime) -> str:
    """A moment as the store takes it."""
    return at.isoformat(sep=" ", timespec="milliseconds")
