"""Cost Explorer: what AWS would buy, end or make smaller. Instances are those that were planted as its recommendations."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from core.demo import noise, prices
from core.demo.model import PICODOLLAR, Resource
from core.demo.services.answering import Answering, page
from core.demo.services.bill import invalid
from core.demo.services.commitments import EC2, KINDS, ON_DEMAND, RDS
from core.demo.services.ledger import Ledger

_LOOKBACK = {"SEVEN_DAYS": 7, "THIRTY_DAYS": 30, "SIXTY_DAYS": 60}
_ARRIVING_DAYS = 2
"""The newest days, of which the bill hasn't everything yet."""

_HOURS = 730
_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge")
_MOST_ROWS = 100


class _Running(NamedTuple):
    """Like machines on demand: how many ran at least, and USD an hour for one."""

    region: str
    kind: str
    operation: str
    usage_type: str
    machines: int
    price: float


class RecommendationQuestions(Answering):
    """The actions of `ce` that recommend."""

    ledger: Ledger

    def get_rightsizing_recommendation(self) -> str:
        """GetRightsizingRecommendation."""
        if self.params.get("Service") != "AmazonEC2":
            raise invalid("Service must be AmazonEC2")
        organisation = self.ledger.organisation
        whys = {row.resource_id: row.why for row in organisation.planted if row.check == "ce_rightsizing" and row.finding}
        seen = [one for one in organisation.resources if one.kind == "ec2:instance" and one.id in whys and self._sees(one.account)]
        shown, token = self._page(seen)
        rows = [_rightsizing(one, whys[one.id]) for one in shown]
        configuration = self.params.get("Configuration") or {"RecommendationTarget": "SAME_INSTANCE_FAMILY", "BenefitsConsidered": True}
        answer = {
            "Metadata": self._metadata() | {"LookbackPeriodInDays": "THIRTY_DAYS"},
            "Summary": {"TotalRecommendationCount": str(len(seen)), "SavingsCurrencyCode": "USD"},
            "RightsizingRecommendations": rows,
            "Configuration": configuration,
        }
        return json.dumps(answer | ({"NextPageToken": token} if token else {}))

    def get_reservation_purchase_recommendation(self) -> str:
        """GetReservationPurchaseRecommendation: as many of each type as ran on demand all the time."""
        service = self.params.get("Service", "")
        if service not in KINDS:
            raise invalid(f"Service {service} isn't answered here")
        days, asked = self._days(), {name: self.params[name] for name in ("TermInYears", "PaymentOption") if name in self.params}
        shown, token = self._page(list(self._running(service, days)))
        details = [self._reservation(service, one) for one in shown]
        saved = sum(float(detail["EstimatedMonthlySavingsAmount"]) for detail in details)
        recommendation = {
            "AccountScope": self.params.get("AccountScope", "PAYER"),
            "LookbackPeriodInDays": self.params.get("LookbackPeriodInDays", "SEVEN_DAYS"),
            **asked,
            "RecommendationDetails": details,
            "RecommendationSummary": {"TotalEstimatedMonthlySavingsAmount": f"{saved:.10f}", "CurrencyCode": "USD"},
        }
        answer = {"Metadata": self._metadata(), "Recommendations": [recommendation] if details else []}
        return json.dumps(answer | ({"NextPageToken": token} if token else {}))

    def get_savings_plans_purchase_recommendation(self) -> str:
        """GetSavingsPlansPurchaseRecommendation: a Compute Savings Plan for what EC2 costs on demand at the least."""
        days, kind = self._days(), self.params.get("SavingsPlansType")
        names = ("SavingsPlansType", "TermInYears", "PaymentOption", "LookbackPeriodInDays")
        recommendation: dict[str, Any] = {"AccountScope": "PAYER", **{name: self.params[name] for name in names if name in self.params}}
        hourly = self._least_hourly(days) if kind == "COMPUTE_SP" else 0.0
        if hourly:
            commitment = round(hourly * prices.COMPUTE_PLAN, 3)
            saved = hourly * (1 - prices.COMPUTE_PLAN) * _HOURS
            detail = {
                "SavingsPlansDetails": {"OfferingId": self._offering()},
                "AccountId": self.ledger.organisation.management,
                "UpfrontCost": "0.0",
                "CurrencyCode": "USD",
                "HourlyCommitmentToPurchase": f"{commitment:.3f}",
                "EstimatedAverageUtilization": "100",
                "EstimatedMonthlySavingsAmount": f"{saved:.10f}",
                "EstimatedSavingsPercentage": f"{100 * (1 - prices.COMPUTE_PLAN):.10g}",
                "CurrentMinimumHourlyOnDemandSpend": f"{hourly:.10f}",
            }
            recommendation |= {"SavingsPlansPurchaseRecommendationDetails": [detail]}
        return json.dumps({"Metadata": self._metadata(), "SavingsPlansPurchaseRecommendation": recommendation})

    def _sees(self, account: str) -> bool:
        return self.current_account in (self.ledger.organisation.management, account)

    def _metadata(self) -> dict[str, str]:
        day = self.ledger.organisation.as_of
        ident = noise.hexadecimal(32, self.ledger.organisation.seed, day.toordinal())
        return {"RecommendationId": ident, "GenerationTimestamp": f"{day}T00:00:00Z"}

    def _offering(self) -> str:
        digits = noise.hexadecimal(32, self.ledger.organisation.seed, "offering")
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _days(self) -> int:
        asked = self.params.get("LookbackPeriodInDays", "SEVEN_DAYS")
        if asked not in _LOOKBACK:
            raise invalid(f"LookbackPeriodInDays {asked} is invalid")
        return _LOOKBACK[asked]

    def _on_demand(self, service: str, days: int) -> Any:
        """The lines on demand of the last days that have wholly arrived, and how many days that is at least."""
        bill = self.ledger.bill
        end = bill.as_of - timedelta(days=_ARRIVING_DAYS)
        lines = bill.lines[bill.between(end - timedelta(days=days), end) & bill.seen_by(self.current_account)]
        return lines[(lines["service"] == service) & (lines["purchase_type"] == ON_DEMAND) & (lines["record_type"] == "Usage")]

    def _running(self, service: str, days: int) -> Iterator[_Running]:
        lines = self._on_demand(service, days)
        names = ["region", "instance_type", "operation", "usage_type"]
        for keys, mine in lines.groupby(names, observed=True):
            hours = mine.groupby("day", observed=True)["quantity"].sum()
            count = int(hours.min() // 24) if len(hours) == days else 0
            if count:
                region, kind, operation, usage = map(str, keys)
                price = float(mine["unblended"].sum()) / PICODOLLAR / float(mine["quantity"].sum())
                yield _Running(region, kind, operation, usage, count, price)

    def _least_hourly(self, days: int) -> float:
        by_day = self._on_demand(EC2, days).groupby("day", observed=True)["unblended"].sum()
        return float(by_day.min()) / PICODOLLAR / 24 if len(by_day) == days else 0.0

    def _reservation(self, service: str, one: _Running) -> dict[str, Any]:
        share = prices.RDS_RESERVED if service == RDS else prices.STANDARD_RESERVED
        common = {"Family": one.kind.rsplit(".", 1)[0], "InstanceType": one.kind, "Region": one.region, "CurrentGeneration": True}
        if service == RDS:
            engine = next((known.pricing for known in prices.ENGINES.values() if one.operation.endswith(known.code)), "")
            deployment = "Multi-AZ" if "Multi-AZ" in one.usage_type else "Single-AZ"
            details = {"RDSInstanceDetails": common | {"DatabaseEngine": engine, "DeploymentOption": deployment}}
        else:
            platform = "Windows" if one.operation.endswith("0002") else "Linux/UNIX"
            details = {"EC2InstanceDetails": common | {"Platform": platform, "Tenancy": "shared"}}
        monthly = one.machines * one.price * _HOURS
        return {
            "AccountId": self.ledger.organisation.management,
            "InstanceDetails": details,
            "RecommendedNumberOfInstancesToPurchase": str(one.machines),
            "MinimumNumberOfInstancesUsedPerHour": str(one.machines),
            "AverageUtilization": "100",
            "CurrencyCode": "USD",
            "EstimatedMonthlySavingsAmount": f"{monthly * (1 - share):.10f}",
            "EstimatedMonthlySavingsPercentage": f"{100 * (1 - share):.10g}",
            "EstimatedMonthlyOnDemandCost": f"{monthly:.10f}",
            "UpfrontCost": "0",
            "RecurringStandardMonthlyCost": f"{monthly * share:.10f}",
        }

    def _page(self, rows: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
        asked = {name: value for name, value in self.params.items() if name != "NextPageToken"}
        request = json.dumps([self.current_account, asked], sort_keys=True, default=str)
        return page(rows, self.params.get("PageSize") or _MOST_ROWS, self.params.get("NextPageToken"), request)


def _rightsizing(one: Resource, why: str) -> dict[str, Any]:
    """An instance to be ended where that is why it was planted, else one to be made a size smaller."""
    said = one.attributes
    hour = _hour(said["InstanceType"], one.region, said)
    tags = [{"Key": key, "Values": [value]} for key, value in one.tags.items()]
    current = {
        "ResourceId": one.id,
        "InstanceName": one.tags.get("Name", ""),
        "Tags": tags,
        "ResourceDetails": {"EC2ResourceDetails": _described(said["InstanceType"], one.region, said)},
        "MonthlyCost": f"{hour * _HOURS:.10f}",
        "CurrencyCode": "USD",
        "OnDemandHoursInLookbackPeriod": "720",
        "TotalRunningHoursInLookbackPeriod": "720",
    }
    row: dict[str, Any] = {"AccountId": one.account, "CurrentInstance": current}
    if "end it" in why:
        return row | {
            "RightsizingType": "TERMINATE",
            "TerminateRecommendationDetail": {"EstimatedMonthlySavings": f"{hour * _HOURS:.10f}", "CurrencyCode": "USD"},
        }
    family, size = said["InstanceType"].split(".")
    smaller = f"{family}.{_SIZES[_SIZES.index(size) - 1]}"
    less = _hour(smaller, one.region, said)
    target = {
        "EstimatedMonthlyCost": f"{less * _HOURS:.10f}",
        "EstimatedMonthlySavings": f"{(hour - less) * _HOURS:.10f}",
        "CurrencyCode": "USD",
        "DefaultTargetInstance": True,
        "ResourceDetails": {"EC2ResourceDetails": _described(smaller, one.region, said)},
    }
    return row | {"RightsizingType": "MODIFY", "ModifyRecommendationDetail": {"TargetInstances": [target]}}


def _hour(kind: str, region: str, said: Mapping[str, Any]) -> float:
    return prices.ec2_hour(kind, region, "Windows" if said.get("Platform") == "windows" else "Linux")


def _described(kind: str, region: str, said: Mapping[str, Any]) -> dict[str, str]:
    return {
        "HourlyOnDemandRate": f"{_hour(kind, region, said):.10f}",
        "InstanceType": kind,
        "Platform": "Windows" if said.get("Platform") == "windows" else "Linux/UNIX",
        "Region": region,
        "Vcpu": str(prices.vcpus(kind)),
    }
