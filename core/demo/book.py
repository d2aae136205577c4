"""The bill's rows under way: what lines have in common, what they are worth, and the frame that they become."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.demo.model import PICODOLLAR
from core.demo.noise import Floats

Ints = NDArray[np.int64]

DISCOUNT = 0.07
"""The enterprise discount."""
_AMOUNTS = ("unblended", "amortized", "net_unblended", "net_amortized")


class Label(NamedTuple):
    """What all rows of a line have in common, in the order of the columns."""

    account: str
    region: str
    service: str
    usage_type: str
    operation: str
    record_type: str
    instance_type: str
    purchase_type: str
    resource_id: str
    tag_team: str
    tag_env: str
    tag_app: str
    unit: str


@dataclass
class Book:
    """The bill's rows under way, in batches: label number, day number, quantity, unblended and amortized (10^-10 USD)."""

    labels: list[Label] = field(default_factory=list)
    rows: list[tuple[Ints, Ints, Floats, Ints, Ints]] = field(default_factory=list)
    undiscounted: set[int] = field(default_factory=set)

    def add(self, labels: Sequence[Label], of: Ints, day: Ints, quantity: Floats, unblended: Ints, amortized: Ints) -> None:
        """Add rows; `of` counts within `labels`."""
        self.rows.append((of + len(self.labels), day, quantity, unblended, amortized))
        self.labels += labels

    def add_one(self, label: Label, day: int, quantity: float, unblended: int, amortized: int, discounted: bool = True) -> None:
        """Add a single row."""
        if not discounted:
            self.undiscounted.add(len(self.labels))
        one = np.zeros(1, np.int64)
        self.add([label], one, one + day, np.array([quantity]), one + unblended, one + amortized)

    def frame(self, first: date) -> pd.DataFrame:
        """All rows as a frame, by day."""
        of, day, quantity, unblended, amortized = (np.concatenate(arrays) for arrays in zip(*self.rows, strict=True))
        order = np.argsort(day, kind="stable")
        of, day, quantity, unblended, amortized = of[order], day[order], quantity[order], unblended[order], amortized[order]
        rate = np.where(np.isin(of, list(self.undiscounted)), 0.0, DISCOUNT)
        columns: dict[str, object] = {"day": np.datetime64(first, "s") + day.astype("timedelta64[D]").astype("timedelta64[s]")}
        for number, name in enumerate(Label._fields):
            codes, values = pd.factorize(np.array([label[number] for label in self.labels], dtype=object))
            columns[name] = pd.Categorical.from_codes(codes[of], categories=pd.Index(values, dtype="str"))
        amounts = (unblended, amortized, unblended - rounded(unblended * rate), amortized - rounded(amortized * rate))
        return pd.DataFrame(columns | {"quantity": quantity} | dict(zip(_AMOUNTS, amounts, strict=True)))


def pico(usd: float) -> int:
    """Dollars as whole numbers of 10^-10."""
    return round(usd * PICODOLLAR)


def rounded(values: Floats) -> Ints:
    """The nearest whole numbers."""
    return np.asarray(np.rint(values), np.int64)
