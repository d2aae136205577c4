"""Cost Explorer: how far reservations and Savings Plans are used, and how much of the use they cover."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from core.demo.calls import Refused
from core.demo.services.answering import Answering, page
from core.demo.services.bill import Grouping, column_of, invalid, money, periods
from core.demo.services.commitments import EC2, KINDS, ON_DEMAND, Planned, Reserved, planned, reserved
from core.demo.services.ledger import Ledger, dates, span_of

_NOTHING = Refused("DataUnavailableException", "The requested data is unavailable.")
# The names that groups have in an answer.
_CALLED = {"INSTANCE_TYPE": "instanceType", "REGION": "region", "LINKED_ACCOUNT": "linkedAccount", "SERVICE": "service"}
_MOST_ROWS = 500


class CommitmentQuestions(Answering):
    """The actions of `ce` about commitments."""

    ledger: Ledger

    def get_reservation_utilization(self) -> str:
        """GetReservationUtilization: all reservations of a service together by day or month, or each by its subscription."""
        start, end = dates(self.params)
        service, groups = self._service(), self.params.get("GroupBy")
        if groups and self.params.get("Granularity"):
            raise invalid("Granularity can't be set together with GroupBy")
        if groups and [group.get("Key") for group in groups] != ["SUBSCRIPTION_ID"]:
            raise invalid("Only grouping by SUBSCRIPTION_ID is available")
        found = self._reserved(service, start, end)
        if not found:
            raise _NOTHING
        if groups:
            shown, token = self._paged(found)
            spans = [{"TimePeriod": span_of(start, end), "Groups": [_subscription(one) for one in shown], "Total": _utilised(found)}]
            answer: dict[str, Any] = {"UtilizationsByTime": spans, "Total": _utilised(found)}
            return json.dumps(answer | ({"NextPageToken": token} if token else {}))
        spans = [
            {"TimePeriod": span_of(first, after), "Groups": [], "Total": _utilised(self._reserved(service, first, after))}
            for first, after in periods(start, end, self.params.get("Granularity") or "DAILY")
        ]
        return json.dumps({"UtilizationsByTime": spans, "Total": _utilised(found)})

    def get_reservation_coverage(self) -> str:
        """GetReservationCoverage: hours on demand and reserved of a service, by month or day and the groups asked for."""
        start, end = dates(self.params)
        keys = [_key(group) for group in self.params.get("GroupBy") or []]
        if keys and self.params.get("Granularity"):
            raise invalid("Granularity can't be set together with GroupBy")
        spans = [(start, end)] if keys else periods(start, end, self.params.get("Granularity") or "MONTHLY")
        covered = self._hours("DiscountedUsage", "", spans, keys)
        bare = self._hours("Usage", ON_DEMAND, spans, keys)
        if not covered and not bare:
            raise _NOTHING
        by_time = []
        for number, (first, after) in enumerate(spans):
            groups = sorted({key[1:] for key in (*covered, *bare) if key[0] == number and keys})
            rows = [{"Attributes": _named(keys, key), "Coverage": _coverage(covered, bare, [(number, *key)])} for key in groups]
            mine = [key for key in {*covered, *bare} if key[0] == number]
            by_time.append({"TimePeriod": span_of(first, after), "Groups": rows, "Total": _coverage(covered, bare, mine)})
        return json.dumps({"CoveragesByTime": by_time, "Total": _coverage(covered, bare, [*{*covered, *bare}])})

    def get_savings_plans_utilization(self) -> str:
        """GetSavingsPlansUtilization: all plans together, and by day or month where that is asked for."""
        start, end = dates(self.params)
        found = self._planned(start, end)
        if not found:
            raise _NOTHING
        granularity = self.params.get("Granularity")
        spans = periods(start, end, granularity) if granularity else []
        by_time = [{"TimePeriod": span_of(*span), **_used(self._planned(*span))} for span in spans]
        return json.dumps({"Total": _used(found)} | ({"SavingsPlansUtilizationsByTime": by_time} if by_time else {}))

    def get_savings_plans_utilization_details(self) -> str:
        """GetSavingsPlansUtilizationDetails: each plan."""
        start, end = dates(self.params)
        found = self._planned(start, end)
        if not found:
            raise _NOTHING
        shown, token = self._paged(found, "NextToken")
        details = [{"SavingsPlanArn": one.resource.arn, "Attributes": _plan(one), **_used([one])} for one in shown]
        answer = {"SavingsPlansUtilizationDetails": details, "Total": _used(found), "TimePeriod": span_of(start, end)}
        return json.dumps(answer | ({"NextToken": token} if token else {}))

    def get_savings_plans_coverage(self) -> str:
        """GetSavingsPlansCoverage: what plans cover of what they could, by month or day, or the groups asked for."""
        start, end = dates(self.params)
        keys = [_key(group) for group in self.params.get("GroupBy") or []]
        if keys and self.params.get("Granularity"):
            raise invalid("Granularity can't be set together with GroupBy")
        spans = [(start, end)] if keys else periods(start, end, self.params.get("Granularity") or "MONTHLY")
        covered = self._hours("SavingsPlanCoveredUsage", "", spans, keys, "unblended")
        bare = self._hours("Usage", ON_DEMAND, spans, keys, "unblended")
        if not covered and not bare:
            raise _NOTHING
        rows = []
        for number, *key in sorted({*covered, *bare}):
            one, other = (int(sums.get((number, *key), 0)) for sums in (covered, bare))
            data = {
                "SpendCoveredBySavingsPlans": money(one),
                "OnDemandCost": money(other),
                "TotalCost": money(one + other),
                "CoveragePercentage": _percent(one, one + other),
            }
            rows.append({"Attributes": _named(keys, key), "Coverage": data, "TimePeriod": span_of(*spans[number])})
        shown, token = self._paged(rows, "NextToken")
        return json.dumps({"SavingsPlansCoverages": shown} | ({"NextToken": token} if token else {}))

    def _service(self) -> str:
        """The one service that is asked about: EC2 unless the filter says otherwise."""
        expression = self.params.get("Filter") or {}
        for part in (expression, *expression.get("And", ())):
            if part.get("Dimensions", {}).get("Key") == "SERVICE":
                (service,) = part["Dimensions"]["Values"]
                if service not in KINDS:
                    raise invalid(f"Reservations of {service} aren't answered here")
                return str(service)
        return EC2

    def _accounts(self) -> Sequence[str]:
        """Whose commitments the caller may see."""
        organisation = self.ledger.organisation
        every = [account.id for account in organisation.accounts]
        return every if self.current_account == organisation.management else [self.current_account]

    def _reserved(self, service: str, start: date, end: date) -> list[Reserved]:
        return list(reserved(self.ledger.organisation, self.ledger.bill, service, self._accounts(), start, end))

    def _planned(self, start: date, end: date) -> list[Planned]:
        return list(planned(self.ledger.organisation, self._accounts(), start, end))

    def _hours(
        self, record: str, bought: str, spans: Sequence[tuple[date, date]], keys: Sequence[str], amount: str = "quantity"
    ) -> dict[tuple[Any, ...], float]:
        """Hours, or 10^-10 USD, of one kind of use by period and key."""
        bill, service = self.ledger.bill, self._service()
        lines = bill.lines
        mask = bill.matching(self.params.get("Filter")) & bill.seen_by(self.current_account)
        mask = mask & (lines["record_type"] == record).to_numpy() & (lines["service"] == service).to_numpy()
        if bought:
            mask = mask & (lines["purchase_type"] == bought).to_numpy()
        sums: dict[tuple[Any, ...], float] = {}
        for number, (first, after) in enumerate(spans):
            grouping: list[Grouping] = [("DIMENSION", key) for key in keys]
            whole = "DAILY" if (after - first).days == 1 else "MONTHLY"
            for row in bill.group(mask, first, after, whole, grouping).to_dict("records"):
                key = (number, *(row[f"key{place}"] for place in range(len(keys))))
                sums[key] = sums.get(key, 0) + row[amount]
        return sums

    def _paged(self, rows: Sequence[Any], token: str = "NextPageToken") -> tuple[Sequence[Any], str | None]:  # noqa: S107  # a name
        asked = {name: value for name, value in self.params.items() if name != token}
        request = json.dumps([self.current_account, asked], sort_keys=True, default=str)
        return page(rows, self.params.get("MaxResults") or _MOST_ROWS, self.params.get(token), request)


def _key(group: Mapping[str, str]) -> str:
    if group.get("Type") != "DIMENSION":
        raise invalid("Only grouping by dimensions is available")
    column_of(group.get("Key", ""))
    return group["Key"]


def _named(keys: Sequence[str], values: Iterable[Any]) -> dict[str, str]:
    return {_CALLED.get(key, key): str(value) for key, value in zip(keys, values, strict=True)}


def _coverage(covered: Mapping[Any, float], bare: Mapping[Any, float], keys: Iterable[Any]) -> dict[str, Any]:
    keys = list(keys)
    one, other = (sum(sums.get(key, 0.0) for key in keys) for sums in (covered, bare))
    return {
        "CoverageHours": {
            "OnDemandHours": f"{other:.10g}",
            "ReservedHours": f"{one:.10g}",
            "TotalRunningHours": f"{one + other:.10g}",
            "CoverageHoursPercentage": _percent(one, one + other),
        }
    }


def _subscription(one: Reserved) -> dict[str, Any]:
    """A reservation with what Cost Explorer says of it."""
    said = one.resource.attributes
    begins = said.get("Start") or said.get("StartTime") or one.resource.created
    attributes = {
        "accountId": one.resource.account,
        "instanceType": str(said.get("InstanceType") or said.get("DBInstanceClass")),
        "leaseId": one.resource.id,
        "numberOfInstances": str(one.count),
        "offeringType": str(said.get("OfferingClass", "standard")),
        "platform": str(said.get("ProductDescription", "")),
        "region": one.resource.region,
        "reservationARN": one.resource.arn,
        "service": one.service,
        "startDateTime": f"{begins:%Y-%m-%dT%H:%M:%S.000Z}",
        "subscriptionId": _number(one.resource.arn),
        "subscriptionType": str(said.get("OfferingType", "")),
    }
    return {"Key": "SUBSCRIPTION_ID", "Value": attributes["subscriptionId"], "Attributes": attributes, "Utilization": _utilised([one])}


def _number(arn: str) -> str:
    """A subscription's number, always the same for the same reservation."""
    return str(10**9 + sum(ord(letter) * 31**place for place, letter in enumerate(arn)) % 10**9)


def _utilised(some: Sequence[Reserved]) -> dict[str, str]:
    bought, used = sum(one.bought for one in some), sum(one.used for one in some)
    fee = sum(one.upfront + one.recurring for one in some)
    on_demand = sum(one.on_demand for one in some)
    return {
        "UtilizationPercentage": _percent(used, bought),
        "PurchasedHours": f"{bought:.10g}",
        "TotalActualHours": f"{used:.10g}",
        "UnusedHours": f"{bought - used:.10g}",
        "OnDemandCostOfRIHoursUsed": f"{on_demand:.10f}",
        "NetRISavings": f"{on_demand - fee:.10f}",
        "AmortizedUpfrontFee": f"{sum(one.upfront for one in some):.10f}",
        "AmortizedRecurringFee": f"{sum(one.recurring for one in some):.10f}",
        "TotalAmortizedFee": f"{fee:.10f}",
    }


def _plan(one: Planned) -> dict[str, str]:
    said = one.resource.attributes
    return {
        "AccountId": one.resource.account,
        "EndDateTime": str(said["end"]),
        "HourlyCommitment": str(said["commitment"]),
        "InstanceFamily": str(said.get("ec2InstanceFamily", "")),
        "PurchaseOption": str(said["paymentOption"]),
        "Region": str(said.get("region", "Any")),
        "SavingsPlansType": str(said["savingsPlanType"]),
        "StartDateTime": str(said["start"]),
        "Status": str(said["state"]),
        "UpfrontFee": str(said["upfrontPaymentAmount"]),
    }


def _used(some: Sequence[Planned]) -> dict[str, dict[str, str]]:
    committed, used = sum(one.committed for one in some), sum(one.used for one in some)
    upfront = sum(round(one.committed * one.upfront_share) for one in some)
    on_demand = sum(one.on_demand for one in some)
    return {
        "Utilization": {
            "TotalCommitment": money(committed),
            "UsedCommitment": money(used),
            "UnusedCommitment": money(committed - used),
            "UtilizationPercentage": _percent(used, committed),
        },
        "Savings": {"NetSavings": money(on_demand - committed), "OnDemandCostEquivalent": money(on_demand)},
        "AmortizedCommitment": {
            "AmortizedRecurringCommitment": money(committed - upfront),
            "AmortizedUpfrontCommitment": money(upfront),
            "TotalAmortizedCommitment": money(committed),
        },
    }


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.10g}" if whole else "0"
