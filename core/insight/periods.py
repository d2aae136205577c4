"""What a period comes to: what its settled days cost, and what is expected of the others."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pandas as pd

from core.analysis.chance import Side, chance_above
from core.analysis.forecast import Fan

CENT = Decimal("0.01")
BOUNDS = ("lower80", "upper80", "lower95", "upper95")
COLUMNS = ("date", "mean", *BOUNDS)


@dataclass(frozen=True)
class PeriodEnd:
    """A whole period, `first` to `last`: `actual` is what its days up to `settled` cost (None where none has settled), `mean` and the
    bounds are with what is expected of the rest, to the cent. `days` are its days that haven't settled, with the columns date, mean,
    lower80, upper80, lower95, upper95; it has no rows where all have.
    """

    first: date
    last: date
    actual: Decimal
    settled: date | None
    mean: Decimal
    lower80: Decimal
    upper80: Decimal
    lower95: Decimal
    upper95: Decimal
    days: pd.DataFrame = field(repr=False, compare=False)

    def chance_over(self, amount: Decimal) -> float:
        """The probability, 0 to 1, that the whole period costs more than an amount; see `core.analysis.chance`. A settled one is 0 or 1."""
        if self.days.empty:
            return float(self.actual > amount)
        lower = Side(float(self.mean - self.lower80), float(self.mean - self.lower95))
        upper = Side(float(self.upper80 - self.mean), float(self.upper95 - self.mean))
        return chance_above(float(amount), float(self.mean), lower, upper)

    def moved(self, means: "pd.Series[float]") -> "PeriodEnd":
        """The period with other means of its days, by the index of `days`; it is as unsure as before, and its bounds move along."""
        off = means - self.days["mean"]
        amounts = ("mean", *BOUNDS)
        days = self.days.assign(**{name: self.days[name] + off for name in amounts})
        by = Decimal(repr(float(off.sum()))).quantize(CENT)
        return replace(self, **{name: getattr(self, name) + by for name in amounts}, days=days)


def whole(actual: Decimal, rest: Fan) -> dict[str, Decimal]:
    """Mean and bounds of a period, to the cent: what its settled days cost, with what is expected of the rest."""
    return {name: (actual + Decimal(repr(getattr(rest, name)))).quantize(CENT) for name in ("mean", *BOUNDS)}


def known(first: date, last: date, actual: Decimal) -> PeriodEnd:
    """A period whose days have all settled."""
    amounts = dict.fromkeys(("mean", *BOUNDS), actual.quantize(CENT))
    return PeriodEnd(first, last, actual, last, **amounts, days=pd.DataFrame(columns=COLUMNS))
