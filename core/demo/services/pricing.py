"""The Pricing API over the demo's price list."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult

from core.demo import prices
from core.demo.calls import Refused
from core.demo.model import Organisation
from core.demo.prices import Price
from core.demo.services.answering import Answering, Recent, page

SERVICES = ("AmazonEC2", "AmazonRDS", "AWSLambda", "AmazonS3")
_MOST_ROWS = 100
# AWS's codes for on demand, for one year without upfront, and for a price by the unit.
_ON_DEMAND, _RESERVED, _RATE = "JRTCKXETXF", "4NA7Y494T4", "6YS6EN2CT7"


class Pricing(Answering):
    """The actions of `pricing`."""

    def __init__(self, organisation: Organisation, recent: Recent) -> None:
        super().__init__("pricing")
        self.regions = [region.code for region in organisation.regions]
        self.recent = recent

    def describe_services(self) -> ActionResult:
        """DescribeServices."""
        wanted = self.params.get("ServiceCode")
        codes = [code for code in SERVICES if wanted in (None, code)]
        return ActionResult({"Services": [{"ServiceCode": code, "AttributeNames": sorted(self._names(code))} for code in codes]})

    def get_products(self) -> ActionResult:
        """GetProducts."""
        code, filters = self.params.get("ServiceCode", ""), self.params.get("Filters") or []
        if unknown := {asked["Type"] for asked in filters} - {"TERM_MATCH", "EQUALS"}:
            raise Refused("InvalidParameterException", f"Filters of type {', '.join(sorted(unknown))} aren't answered here")
        wanted = {asked["Field"]: asked["Value"] for asked in filters}
        identity = repr((code, sorted(wanted.items())))
        found = self.recent.get(identity, lambda: [price for price in self._prices(code) if _fits(price, wanted)])
        shown, token = page(found, self.params.get("MaxResults") or _MOST_ROWS, self.params.get("NextToken"), identity)
        return ActionResult({"FormatVersion": "aws_v1", "PriceList": [json.dumps(product(price)) for price in shown], "NextToken": token})

    def get_attribute_values(self) -> ActionResult:
        """GetAttributeValues."""
        name, code = self.params["AttributeName"], self.params["ServiceCode"]
        values = sorted({price.attributes[name] for price in self._prices(code) if name in price.attributes})
        identity = repr((code, name))
        shown, token = page(values, self.params.get("MaxResults") or _MOST_ROWS, self.params.get("NextToken"), identity)
        return ActionResult({"AttributeValues": [{"Value": value} for value in shown], "NextToken": token})

    def _prices(self, code: str) -> Iterable[Price]:
        return (price for region in self.regions for price in prices.price_list(code, region))

    def _names(self, code: str) -> set[str]:
        return {"productFamily", *(name for price in self._prices(code) for name in price.attributes)}


def _fits(price: Price, wanted: Mapping[str, str]) -> bool:
    known = {"productFamily": price.family, "serviceCode": price.service_code, "ServiceCode": price.service_code, **price.attributes}
    return all(known.get(name) == value for name, value in wanted.items())


def product(price: Price) -> dict[str, Any]:
    """A price as one of the documents in AWS's price list."""
    terms = {"OnDemand": _term(price, _ON_DEMAND, price.usd, {})}
    if price.reserved is not None:
        year = {"LeaseContractLength": "1yr", "OfferingClass": "standard", "PurchaseOption": "No Upfront"}
        terms["Reserved"] = _term(price, _RESERVED, price.reserved, year)
    return {
        "product": {"productFamily": price.family, "attributes": dict(price.attributes), "sku": price.sku},
        "serviceCode": price.service_code,
        "terms": terms,
    }


def _term(price: Price, code: str, usd: float, attributes: Mapping[str, str]) -> dict[str, Any]:
    term = f"{price.sku}.{code}"
    rate = {
        "unit": price.unit,
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${usd:.10f} per {price.unit} of {price.attributes['usagetype']}",
        "appliesTo": [],
        "rateCode": f"{term}.{_RATE}",
        "pricePerUnit": {"USD": f"{usd:.10f}"},
    }
    return {
        term: {
            "priceDimensions": {rate["rateCode"]: rate},
            "sku": price.sku,
            "effectiveDate": "2026-01-01T00:00:00Z",
            "offerTermCode": code,
            "termAttributes": dict(attributes),
        }
    }
