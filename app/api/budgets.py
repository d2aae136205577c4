"""Budgets: where each stands, what they fired, and setting them."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api import AWS
from app.api.failures import NOT_FOUND
from app.api.held import Held, HeldNow, provenance
from app.api.models.budgets import AWSBudget, AWSBudgetRequest, AWSBudgetSavedResponse, AWSBudgetsResponse, BudgetAlert, OwnBudgetOfAWS
from app.budgets import words
from core import budgets as setting
from core import runs
from core.budgets import Draft
from core.errors import AnalysisRefused
from core.insight import budgets
from core.insight.budgets import Standing
from core.models import SERVICE
from core.services import service
from core.store import budgets as kept
from core.store.analyses import aws_budgets
from core.store.budgets import Alert, Budget

router = APIRouter(prefix=f"{AWS}/budgets", tags=["Budgets"])


@router.get("", summary="Budgets, where each stands, and what they fired")
def listed(held: HeldNow) -> AWSBudgetsResponse:
    """Every budget in its period that hasn't settled, with the alerts of all its periods; AWS's own budgets apart."""
    fired = kept.alerts(held.store)
    return AWSBudgetsResponse(
        **provenance(held),
        budgets=[_told(held, budget, [alert for alert in fired if alert.budget == budget.id]) for budget in kept.listed(held.store)],
        aws_budgets=_theirs(held),
    )


@router.post("", summary="Set a budget, or change one", responses=NOT_FOUND)
def save(held: HeldNow, asked: AWSBudgetRequest) -> AWSBudgetSavedResponse:
    """Without an `id` a budget is made, with one it is changed as a whole. It is judged before the answer; `fired` is what that fired."""
    now, newest = runs.utc_now(), max((partition.run_id for partition in held.snapshot.current), default="")
    selected = {key: [service(value).label for value in values] if key == SERVICE.key else values for key, values in asked.selected.items()}
    draft = Draft(**{**asked.model_dump(exclude={"id", "who"}), "selected": selected})
    made = setting.save(held.store, draft, who=asked.who, at=now, ident=asked.id)
    fired = budgets.fire(held.store, held.settled_days, newest, now)
    return AWSBudgetSavedResponse(id=made.id, name=made.name, fired=[_alert(alert) for alert in fired if alert.budget == made.id])


@router.delete("/{budget_id}", summary="Delete a budget", responses=NOT_FOUND)
def delete(
    held: HeldNow, budget_id: str, who: Annotated[str, Query(description="Who says so: free text, since the server has no sign-in.")]
) -> AWSBudgetSavedResponse:
    """It isn't judged or listed any more. The alerts that it fired stay."""
    gone = setting.delete(held.store, budget_id, who=who, at=runs.utc_now())
    return AWSBudgetSavedResponse(id=gone.id, name=gone.name, fired=[])


def _told(held: Held, budget: Budget, fired: list[Alert]) -> AWSBudget:
    own = {name: getattr(budget, name) for name in ("id", "name", "currency", "period", "amount", "start", "who", "at")}
    own |= {"selected": {key: list(values) for key, values in budget.selected.items()}, "cost_type": budget.cost_type.value}
    own |= {"actual": list(budget.actual), "forecast": list(budget.forecast), "alerts": [_alert(alert) for alert in fired]}
    try:
        return AWSBudget(**own, **_figures(budgets.standing(held.store, held.snapshot, budget, held.settled_days)))
    except AnalysisRefused as refused:
        return AWSBudget(**own, state="unknown", missing_days=0, refused=str(refused))


def _figures(one: Standing) -> dict[str, object]:
    bounds = {name: getattr(one.end, name) for name in ("lower80", "upper80", "lower95", "upper95")} if one.end else {}
    return {
        "state": one.state,
        "first_day": one.first,
        "last_day": one.last,
        "spent": one.actual,
        "spent_unsettled": one.so_far,
        "planned": one.planned if one.settled else None,
        "expected": one.expected,
        "chance_of_passing": one.chance,
        "missing_days": one.missing,
        "refused": one.refused or None,
        **bounds,
    }


def _alert(alert: Alert) -> BudgetAlert:
    return BudgetAlert(
        kind=alert.kind,
        threshold=alert.threshold,
        period_start=alert.period_start,
        fired_at=alert.fired_at,
        amount=alert.amount,
        budgeted=alert.details["budgeted"],
        run=alert.run_id,
    )


def _theirs(held: Held) -> list[OwnBudgetOfAWS]:
    found = words.theirs(aws_budgets(held.store, held.snapshot), {})
    known = found.astype(object).where(found.notna(), None)
    return [OwnBudgetOfAWS(**{str(name): value for name, value in row.items() if name != "used"}) for row in known.to_dict("records")]
