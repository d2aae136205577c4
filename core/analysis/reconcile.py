"""Parts of a forecast that add up to its total: forecasts made apart never do by themselves. Pure.

The total's own forecast stays, since every grouping has to add up to the same one. What the parts lack of it on a day is shared out by how
unsure each of them is, which moves them least where they are sure: of all parts that add up, those nearest to what was forecast of each,
distances being weighed by one over the variance of its past errors (minimum trace with variances only, and a total that is certain).
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CENT = Decimal("0.01")

_AGAIN = 3  # rounds after each part may have met its bound: what is left then is a float's last digits
_LEAST = 1e-6  # of a part's own size: the standard deviation that each is taken to have at least


def reconciled(parts: Floats, total: Floats, variances: Floats, floors: Floats, ceilings: Floats) -> Floats:
    """The parts moved so that they add up to the total on every day.

    `parts[part, day]` are the forecasts made apart, `total[day]` what they have to add up to, `variances[part, day]` those of the parts'
    past errors. `floors[part]` and `ceilings[part]` are what a part can't pass, infinite where there is none: cost doesn't turn to credit.
    A day on which the total can't be made within them is shared out without them.
    """
    weights = _weights(parts, variances)
    out = np.empty_like(parts)
    for day in range(parts.shape[1]):
        low, high = floors.copy(), ceilings.copy()
        if not low.sum() <= total[day] <= high.sum():
            low[:], high[:] = -np.inf, np.inf
        out[:, day] = _shared(parts[:, day], float(total[day]), weights[:, day], low, high)
    return out


def to_cents(amounts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Amounts in whole cents that add up to `total`, itself in whole cents, each within a cent of its own where they do so unrounded.

    Each is rounded down, and the cents that are left go to the largest remainders, the first of equal ones first.
    """
    if not amounts:
        return []
    down = [amount.quantize(CENT, rounding=ROUND_FLOOR) for amount in amounts]
    left = int((total - sum(down, Decimal(0))) / CENT)
    each, more = divmod(left, len(amounts))
    order = sorted(range(len(amounts)), key=lambda place: down[place] - amounts[place])
    extra = dict.fromkeys(order[:more], CENT)
    return [amount + each * CENT + extra.get(place, Decimal(0)) for place, amount in enumerate(down)]


def _weights(parts: Floats, variances: Floats) -> Floats:
    """How far each part gives way, by day: its variance, but never quite nothing. Parts that are all nothing share alike."""
    least = (_LEAST * np.abs(parts)) ** 2
    weights = np.maximum(np.nan_to_num(variances, nan=0.0), least)
    alike = ~(weights > 0).any(axis=0)
    weights[:, alike] = 1.0
    return np.asarray(weights / weights.max(axis=0))


def _shared(parts: Floats, total: float, weights: Floats, low: Floats, high: Floats) -> Floats:
    """One day's parts, moved by their weights until they add up; one that meets its bound stays there, and the others take the rest."""
    found = np.clip(parts, low, high)
    for _ in range(len(parts) + _AGAIN):
        lacking = total - float(found.sum())
        room = (high > found) if lacking > 0 else (low < found)
        giving = weights * room if (weights * room).any() else room.astype(np.float64)
        if lacking == 0 or not giving.any():
            break
        found = np.clip(found + lacking * giving / giving.sum(), low, high)
    return found
