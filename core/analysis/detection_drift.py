"""Changes too slow for any one day to stand out: the mean of the last days walks away from the mean of the last weeks."""

from core.analysis.detection_spread import Distances

FAST, SLOW = 0.4, 0.1  # gains of the two running means: about four days and three weeks
MEMORY, FEWEST = 90, 21  # days of distances that say how far the two usually are apart
LEAST_SPREAD = 0.75  # of a day's sigma: what plain noise alone makes of the distance
LONGEST = 8  # days within which a drift must show; what takes longer is growth, which the level follows and the forecast tells
UNDERWAY = 0.3  # sigmas from which a drift counts as under way


class Drift:
    """Two running means of a series without its weekly rhythm, and how far apart they usually are."""

    def __init__(self, level: float) -> None:
        self._fast = self._slow = level
        self._apart = Distances(MEMORY)
        self._days = 0
        self._up = True
        self.distance = 0.0  # of the means, in the unit of the series

    def shift(self, amount: float) -> None:
        """The level has moved, and that is known."""
        self._fast += amount
        self._slow += amount

    def learn(self, value: float, sigma: float, ordinary: bool) -> float:
        """Take in a day, its weekly rhythm taken off; how many sigmas the means are apart, 0 where nothing can be said.

        `sigma` is a day's own; `ordinary` days teach how far apart is usual.
        """
        self._fast += FAST * (value - self._fast)
        self._slow += SLOW * (value - self._slow)
        self.distance = self._fast - self._slow
        usual = max(self._apart.sigma(), LEAST_SPREAD * sigma) if len(self._apart) >= FEWEST else 0.0
        if ordinary or len(self._apart) < FEWEST:
            self._apart.learn(self.distance)
        return self._still_fresh(self.distance / usual) if usual else 0.0

    def _still_fresh(self, z: float) -> float:
        up = z > 0
        self._days = 0 if abs(z) < UNDERWAY or up != self._up else self._days + 1
        self._up = up
        return z if self._days <= LONGEST else 0.0
