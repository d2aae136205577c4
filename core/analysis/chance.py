"""How likely an amount that is forecast comes out above another one: a distribution that goes through the fan's own bounds. Pure."""

from dataclasses import dataclass
from math import inf

from scipy.special import ndtr

from core.analysis.forecast_intervals import NORMAL


@dataclass(frozen=True)
class Side:
    """One side of a fan: the distances from its mean to its bounds of 80 and of 95 %, neither negative."""

    to80: float
    to95: float

    def deviations(self, distance: float) -> float:
        """How many standard deviations of a normal amount lie so far from the mean.

        Straight from 0 at the mean to 1.2816 at the first bound and 1.96 at the second, and on at that slope: a tail that is long
        between the bounds is long beyond them. Where the bounds leave no room, as at zero for what is never negative, nothing lies beyond.
        """
        if distance <= 0:
            return 0.0
        if distance <= self.to80:
            return NORMAL[80] * distance / self.to80
        room = self.to95 - self.to80
        return NORMAL[80] + (NORMAL[95] - NORMAL[80]) * (distance - self.to80) / room if room > 0 else inf


def chance_above(amount: float, mean: float, lower: Side, upper: Side) -> float:
    """The probability, 0 to 1, that what is forecast at `mean` comes out above `amount`: one half at the mean, 10 % at the upper bound
    of 80 %, 2.5 % at that of 95 %, and so on the lower side. What has no room at all is certain, and isn't above itself.
    """
    if amount >= mean:
        certain = amount == mean and upper == Side(0.0, 0.0)
        return 0.0 if certain else float(ndtr(-upper.deviations(amount - mean)))
    return float(ndtr(lower.deviations(mean - amount)))
