"""Buckets made by hand, with the prices of us-east-1 in the region of all that is made here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core import checks
from core.checks.contract import Facts, Resource
from core.prices import API, Price, PriceList
from tests.core.checks.made import AS_OF, NOW, REGION, flat

GIB = 2**30
SIZE, OBJECTS = ("BucketSizeBytes", "Average"), ("NumberOfObjects", "Average")
RULE = {"ID": "age", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 60, "StorageClass": "STANDARD_IA"}]}
OFF = {**RULE, "Status": "Disabled"}
ABORTS = {"ID": "abort", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 30}}


def upload(days_old: float, gib: float | None = 1.0, key: str = "backup.tar", ident: str = "", **more: Any) -> dict[str, Any]:
    """An upload in progress for so many days; None: S3 didn't tell how large its parts are."""
    known = {} if gib is None else {"Bytes": int(gib * GIB), "Parts": 4}
    began = (NOW - timedelta(days=days_old)).isoformat()
    return {"Key": key, "UploadId": ident or f"upload{days_old:g}", "Initiated": began, "StorageClass": "STANDARD", **known, **more}


def bucket(standard_gib: float | None = 1000.0, objects: int | None = 500_000, **more: Any) -> Resource:
    """A bucket with all in Standard and no lifecycle rule; `more` are its attributes or fields of Resource. None: not known."""
    fields = {name: more.pop(name) for name in ("name", "resource_id", "tags") if name in more}
    attributes: dict[str, Any] = {"LifecycleRules": [], "MultipartUploads": [], "MeasuredOn": "2026-06-13"}
    series = {}
    if standard_gib is not None:
        attributes["StorageBytes"] = {"StandardStorage": standard_gib * GIB}
        series[SIZE] = flat(standard_gib * GIB)
    if objects is not None:
        attributes["NumberOfObjects"] = objects
        series[OBJECTS] = flat(float(objects))
    kept = {name: value for name, value in {**attributes, **more}.items() if value is not None}
    base = Resource("s3:bucket", "shop-archive", "111111111111", REGION, account_name="Shop", created_at=NOW - timedelta(days=100))
    return replace(base, attributes=kept, series=series, **fields)


def price(key: str, usd: str, unit: str = "GB-Mo") -> Price:
    """A price of S3."""
    return Price("AmazonS3", REGION, key, unit, Decimal(usd), "SKU1", API, date(2026, 6, 10))


PRICES = (
    price("TimedStorage-ByteHrs", "0.023"),
    price("TimedStorage-SIA-ByteHrs", "0.0125"),
    price("TimedStorage-INT-FA-ByteHrs", "0.023"),
    price("TimedStorage-INT-IA-ByteHrs", "0.0125"),
    price("TimedStorage-GlacierByteHrs", "0.0036"),
    price("Monitoring-Automation-INT", "0.0000025", "Objects"),
    price("Requests-Tier4", "0.00001", "Requests"),
)


def facts(prices: tuple[Price, ...] = PRICES, **limits: Mapping[str, float]) -> Facts:
    """What is known beside a bucket: defaults of every threshold, but for those given by check."""
    defaults = {check.id: {each.name: each.default for each in check.thresholds} for check in checks.discovered()}
    return Facts(AS_OF, PriceList(prices), {name: {**each, **limits.get(name, {})} for name, each in defaults.items()})
