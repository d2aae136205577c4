"""What a forecast would be if costs grew, or less were used: the plain days, moved by assumptions that somebody makes. Pure."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

DAYS_A_MONTH = 730 / 24
"""A month has 730 hours, as in every saving."""


@dataclass(frozen=True)
class Assumed:
    """From `start` on: costs grow by `growth` percent a month on top of the forecast, and `saving` a month, in its currency, is saved."""

    start: date
    growth: float = 0.0
    saving: float = 0.0

    @property
    def nothing(self) -> bool:
        """Whether nothing would change."""
        return self.growth == 0 and self.saving == 0


def what_if(days: pd.DataFrame, assumed: Assumed) -> pd.Series:
    """The mean of each of a forecast's days under the assumptions, by the index of `days`, which has the columns date and mean.

    A day n days after the start is (1 + growth / 100) to the power of n / 30.42 times what is forecast, less a day's part of the saving;
    the start itself hasn't grown yet. No day saves more than it costs, and a day of credits saves nothing. Days before stay as they are.
    """
    since = (days["date"] - pd.Timestamp(assumed.start)).dt.days.to_numpy()
    plain = days["mean"].to_numpy(dtype=np.float64)
    grown = plain * (1 + assumed.growth / 100) ** (np.maximum(since, 0) / DAYS_A_MONTH)
    saved = np.clip(grown, 0.0, assumed.saving / DAYS_A_MONTH)
    return pd.Series(np.where(since >= 0, grown - saved, plain), index=days.index)
