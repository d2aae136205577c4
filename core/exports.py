"""Tables as files: CSV, JSON or Parquet, each row with what says where it comes from."""

import io
import json
import re
from decimal import Decimal
from typing import Any

import pandas as pd

FORMATS = ("csv", "json", "parquet")
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_AS_JSON = ("evidence", "price", "causes")


def written(frame: pd.DataFrame, fmt: str, stamps: dict[str, Any]) -> bytes:
    """A frame in one of FORMATS, with `stamps` as further columns.

    CSV marks text that a spreadsheet would take for a formula, because names and tags come from strangers. JSON is a list of objects in
    which amounts are numbers and columns of JSON text are objects. Days are ISO.
    """
    stamped = frame.assign(**stamps)
    if fmt == "json":
        return _json(stamped)
    days = {column: stamped[column].dt.strftime("%Y-%m-%d") for column in stamped.select_dtypes("datetime").columns}
    stamped = stamped.assign(**days)
    if fmt == "parquet":
        target = io.BytesIO()
        stamped.to_parquet(target, index=False)
        return target.getvalue()
    text = stamped.select_dtypes(exclude="number").columns
    return stamped.assign(**{column: stamped[column].map(harmless) for column in text}).to_csv(index=False).encode()


def harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula, marked as text."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _json(frame: pd.DataFrame) -> bytes:
    rows = [
        {str(name): json.loads(value) if name in _AS_JSON and isinstance(value, str) else value for name, value in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
    return json.dumps(rows, default=_plain, ensure_ascii=False).encode()


def _plain(value: object) -> object:
    """Amounts as numbers, days as ISO text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else str(value)
