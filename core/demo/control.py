"""The demo's own paths, by which tests and the curious watch and disturb it.

GET    /demo/health     the day it is there, and the number of accounts
GET    /demo/calls      the calls so far: service, action, account, region, status (0: no answer); DELETE forgets them
POST   /demo/faults     a list of rules, see core.demo.faults; DELETE lifts them
POST   /demo/iam        {"policy": {...}, "role_policy": {...}}: a new access key that may do what the documents allow, by action
GET    /demo/sums       what the charges add up to, straight from the lines: ?group=SERVICE&start=&end=&granularity=MONTHLY
GET    /demo/planted    anomalies, findings and near misses that were planted
"""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
from werkzeug.wrappers import Request, Response

from core.demo.model import PICODOLLAR
from core.demo.services.bill import AMOUNTS, DIMENSIONS

if TYPE_CHECKING:
    from core.demo.application import Demo


def answer(demo: "Demo", request: Request) -> Response:
    """What one of the paths answers: 400 with the reason for what makes no sense, 404 for a path that isn't there."""
    try:
        found = _found(demo, f"{request.method} {request.path.removeprefix('/demo/')}", request)
    except (TypeError, ValueError) as error:
        return _json({"error": str(error)}, 400)
    return _json({"error": "no such path"}, 404) if found is None else _json(found)


def _found(demo: "Demo", asked: str, request: Request) -> Any:
    match asked:
        case "GET health":
            return {"as_of": demo.organisation.as_of, "accounts": len(demo.organisation.accounts)}
        case "GET calls":
            return list(demo.log)
        case "DELETE calls":
            demo.log.clear()
        case "POST faults":
            demo.faults.add(json.loads(request.get_data()))
        case "DELETE faults":
            demo.faults.clear()
        case "POST iam":
            return demo.let_in(**json.loads(request.get_data()))
        case "GET sums":
            return sums(demo.organisation.charges, **request.args.to_dict())
        case "GET planted":
            anomalies, resources = demo.organisation.anomalies, demo.organisation.planted
            return {"anomalies": [asdict(anomaly) for anomaly in anomalies], "resources": [asdict(resource) for resource in resources]}
        case _:
            return None
    return {}


def sums(
    charges: pd.DataFrame, group: str = "", start: str = "", end: str = "", granularity: str = "MONTHLY", record_types: str = ""
) -> list[dict[str, str]]:
    """What the charges cost by day or month and by a dimension of Cost Explorer or a `TAG:key`; the end is excluded.

    Reckoned from the lines as they are, beside Cost Explorer's way of it. A charge without the dimension has the key "". `record_types`,
    with commas between them, leaves out the rest.
    """
    lines = charges[charges["record_type"].isin(record_types.split(","))] if record_types else charges
    if start:
        lines = lines[lines["day"] >= pd.Timestamp(start)]
    if end:
        lines = lines[lines["day"] < pd.Timestamp(end)]
    period = lines["day"].dt.strftime("%Y-%m-%d" if granularity == "DAILY" else "%Y-%m").rename("period")
    key = lines[_column(charges, group)].astype(str) if group else pd.Series("", index=lines.index)
    summed = lines.groupby([period, key.rename("key")])[list(AMOUNTS)].sum()
    return [
        {"period": str(when), "key": str(what), **{name: _usd(amount) for name, amount in zip(AMOUNTS, amounts, strict=True)}}
        for (when, what), amounts in zip(summed.index, summed.to_numpy().tolist(), strict=True)
    ]


def _column(charges: pd.DataFrame, group: str) -> str:
    column = f"tag_{group[4:]}" if group.startswith("TAG:") else DIMENSIONS.get(group, "")
    if column not in charges:
        raise ValueError(f"{group} is no dimension")
    return column


def _usd(amount: int) -> str:
    return f"{Decimal(amount) / PICODOLLAR:f}"


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, default=str), status, mimetype="application/json")
