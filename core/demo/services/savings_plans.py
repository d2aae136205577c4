"""Savings Plans: those that the organisation's accounts hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult

from core.demo.model import Organisation
from core.demo.services.answering import Answering


class SavingsPlans(Answering):
    """The actions of `savingsplans`."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__("savingsplans")
        self.organisation = organisation

    def describe_savings_plans(self) -> ActionResult:
        """DescribeSavingsPlans: the account's own, whose states are among those asked for."""
        states = self.params.get("states") or ["active"]
        wanted = self.params.get("savingsPlanIds") or []
        plans = [
            {"savingsPlanId": plan.id, "savingsPlanArn": plan.arn, "tags": dict(plan.tags), **_lower(plan.attributes)}
            for plan in self.organisation.resources
            if plan.kind == "savingsplans:plan" and plan.account == self.current_account and (not wanted or plan.id in wanted)
        ]
        return ActionResult({"savingsPlans": [plan for plan in plans if plan["state"] in states]})


def _lower(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes under this API's names, which begin in lower case, with times as texts."""
    told = {name: f"{value:%Y-%m-%dT%H:%M:%S.000Z}" if isinstance(value, datetime) else value for name, value in attributes.items()}
    return {name[0].lower() + name[1:]: value for name, value in told.items()}
