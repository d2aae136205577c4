"""Functions made by hand, with the prices of us-east-1 in the region of all that is made here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from core import checks
from core.checks.contract import Facts, Metric, Resource
from core.prices import API, Price, PriceList
from tests.core.checks.made import AS_OF, REGION, flat

USED, CALLS = ("used_memory_max", "Maximum"), ("Invocations", "Sum")

MONTH = {"invocations_month": 3_000_000.0, "gb_seconds_month": 1_200_000.0}
"""Three million invocations of 400 milliseconds with a gigabyte."""


def used(megabytes: float | None, days: int = 14, calls: float | None = 98_630.0) -> dict[Metric, dict[date, float | None]]:
    """So much memory used on each of the last days, and so many invocations on each of 14; None: CloudWatch has nothing."""
    asked: dict[date, float | None] = dict.fromkeys(flat(0.0))
    known = {USED: {**asked, **flat(megabytes, days)} if megabytes is not None else asked}
    return {**known, CALLS: flat(calls) if calls is not None else asked}


def function(series: Mapping[Metric, Mapping[date, float | None]] | None = None, **more: Any) -> Resource:
    """A zipped function with 1,024 MB on x86_64 that uses 300 of them; `more` are its attributes or fields of Resource."""
    fields = {name: more.pop(name) for name in ("name", "resource_id", "utilisation", "region") if name in more}
    base = Resource("lambda:function", "resize", "111111111111", REGION, account_name="Shop", utilisation=MONTH)
    attributes = {
        "FunctionName": "resize",
        "Runtime": "python3.12",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "MemorySize": 1024,
        "EphemeralStorage": {"Size": 512},
        "LastModified": "2026-01-02T03:04:05.000+0000",
    }
    kept = {name: value for name, value in {**attributes, **more}.items() if value is not None}
    return replace(base, attributes=kept, series=used(300.0) if series is None else series, **fields)


def price(key: str, usd: str, unit: str) -> Price:
    """A price of Lambda."""
    return Price("AWSLambda", REGION, key, unit, Decimal(usd), "SKU1", API, date(2026, 6, 10))


PRICES = (
    price("Request", "0.0000002", "Requests"),
    price("Request-ARM", "0.0000002", "Requests"),
    price("Lambda-GB-Second", "0.0000166667", "Lambda-GB-Second"),
    price("Lambda-GB-Second-ARM", "0.0000133334", "Lambda-GB-Second"),
    price("Lambda-Storage-GB-Second", "0.0000000309", "GB-Seconds"),
)


def facts(prices: tuple[Price, ...] = PRICES, **limits: Mapping[str, float]) -> Facts:
    """What is known beside a function: defaults of every threshold, but for those given by check."""
    defaults = {check.id: {each.name: each.default for each in check.thresholds} for check in checks.discovered()}
    return Facts(AS_OF, PriceList(prices), {name: {**each, **limits.get(name, {})} for name, each in defaults.items()})
