"""What a forecast said when it was made: kept for good, whatever becomes of the run, so that it can be held against what came."""

import hashlib
from datetime import date

import pandas as pd

from core.store import writes
from core.store.client import Store

BOUNDS = ("lower80", "upper80", "lower95", "upper95")


def keep(store: Store, currency: str, settled: date, days: pd.DataFrame, *, method: str, as_of: date) -> bool:
    """Keep what was said after the day `settled`, up to which figures were known; False where the same was said of it last.

    `days` has the columns date, mean, lower80, upper80, lower95, upper95.
    """
    said_now = days[["date", "mean", *BOUNDS]].to_csv(index=False, float_format="%.6f")
    digest = hashlib.sha256(said_now.encode()).hexdigest()[:16]
    held = store.rows(
        "SELECT max(number), argMax(digest, number) FROM forecast_records WHERE currency = {currency:String} AND settled = {settled:Date}",
        {"currency": currency, "settled": settled},
    )
    number, before = held[0]
    if number and before == digest:
        return False
    own = {"currency": currency, "settled": settled, "number": number + 1, "method": method, "digest": digest, "as_of": as_of}
    rows = ({**own, "day": day.pop("date").date(), **day} for day in days[["date", "mean", *BOUNDS]].to_dict("records"))
    writes.insert_rows(store, "forecast_records", rows)
    return True


def said(store: Store, currency: str) -> pd.DataFrame:
    """Everything that was said of the whole organisation's billed cost in a currency; of a day of making, what was said last.

    Columns: made (the last day that had settled), date, mean, lower80, upper80, lower95, upper95.
    """
    amounts = ", ".join(f"argMax({name}, number) AS {name}" for name in ("mean", *BOUNDS))
    return store.frame(
        f"SELECT settled AS made, day AS date, {amounts} FROM forecast_records WHERE currency = {{currency:String}} "
        "GROUP BY made, date ORDER BY made, date SETTINGS prefer_column_name_to_alias = 1",
        {"currency": currency},
    )
