"""AWS Budgets: those that the management account set, with what was spent of each and a plain forecast."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from moto.core.responses import ActionResult

from core.demo.calls import Refused
from core.demo.model import PICODOLLAR, AwsBudget, Organisation
from core.demo.services.answering import Answering, page

_MOST = 1000
_RECENT_DAYS = 28
"""A day that is to come is forecast as the mean of so many before."""


class Budgets(Answering):
    """The actions of `budgets`."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__("budgets")
        self.organisation = organisation

    def describe_budgets(self) -> ActionResult:
        """DescribeBudgets: an account sees its own, by name; only the management account has any here."""
        account = self.params["AccountId"]
        if account != self.current_account:
            raise Refused("AccessDeniedException", f"Account {self.current_account} may not see the budgets of {account}.", 400)
        own = self.organisation.budgets if account == self.organisation.management else ()
        held = sorted(own, key=lambda budget: budget.name)
        shown, token = page(held, min(self.params.get("MaxResults") or 100, _MOST), self.params.get("NextToken"), account)
        return ActionResult({"Budgets": [self._described(budget) for budget in shown], **({"NextToken": token} if token else {})})

    def _described(self, budget: AwsBudget) -> dict[str, Any]:
        spent, forecast = self._spend(budget)
        filters = {"LinkedAccount": [budget.account]} if budget.account else {}
        return {
            "BudgetName": budget.name,
            "BudgetLimit": _usd(budget.limit_usd),
            "CostFilters": filters,
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
            "CalculatedSpend": {"ActualSpend": _usd(spent), "ForecastedSpend": _usd(forecast)},
        }

    def _spend(self, budget: AwsBudget) -> tuple[float, float]:
        """The unblended cost of this month so far, and with as many days as are to come like those of the last four weeks, in USD."""
        charges, today = self.organisation.charges, pd.Timestamp(self.organisation.as_of)
        own = charges[charges["account"] == budget.account] if budget.account else charges
        before = own[own["day"] < today]
        spent = before.loc[before["day"] >= today.replace(day=1), "unblended"].sum() / PICODOLLAR
        recent = before.loc[before["day"] >= today - pd.Timedelta(days=_RECENT_DAYS), "unblended"].sum() / PICODOLLAR
        return spent, spent + recent / _RECENT_DAYS * _days_left(self.organisation.as_of)


def _days_left(today: date) -> int:
    """How many days of the month are to come, today included."""
    after = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (after - today).days


def _usd(amount: float) -> dict[str, str]:
    return {"Amount": f"{amount:.3f}", "Unit": "USD"}
