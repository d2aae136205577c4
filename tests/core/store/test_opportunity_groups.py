"""Findings by check, effort and risk; reasons without what differs; and looking for a resource by its name."""

import json
from decimal import Decimal

from core.models import NO_MONTH
from core.store import opportunities, opportunity_groups, past, publish, writes
from core.store.client import Store
from tests.core.found import SOURCE, TODAY, finding, ident, keep


def test_a_check_is_summed_by_effort_and_risk(any_store: Store) -> None:
    keep(
        any_store,
        "run-1",
        finding("vol-1", "10", confidence=0.8),
        finding("vol-2", "30", confidence=0.6, resource_name="archive"),
        finding("vol-3", "99", counted=False),
        finding("vol-4", "5", risk="high"),
        finding("vol-1", "7", check="ebs_gp2_to_gp3", type="storage_optimization", effort="medium"),
    )
    found = opportunity_groups.cells(any_store, publish.snapshot(any_store), {}, as_of=TODAY)
    told = found[["check", "effort", "risk", "found", "counted", "savings", "resource", "largest"]].to_numpy().tolist()
    assert told == [
        ["ebs_unattached", "low", "low", 3, 2, Decimal(40), "vol-3", Decimal(99)],
        ["ebs_gp2_to_gp3", "medium", "low", 1, 1, Decimal(7), "vol-1", Decimal(7)],
        ["ebs_unattached", "low", "high", 1, 1, Decimal(5), "vol-4", Decimal(5)],
    ]
    assert round(found["confidence"][0], 6) == round((0.8 + 0.6 + 0.9) / 3, 6)


def test_cells_follow_a_selection(store: Store) -> None:
    keep(store, "run-1", finding("vol-1"), finding("vol-2", region="eu-west-1"))
    found = opportunity_groups.cells(store, publish.snapshot(store), {"region": ("eu-west-1",)}, as_of=TODAY)
    assert list(found["found"]) == [1]
    assert opportunity_groups.cells(store, publish.snapshot(store), {"state": ("done",)}, as_of=TODAY).empty


def test_reasons_are_one_where_only_dates_ids_and_figures_differ(any_store: Store) -> None:
    keep(any_store, "run-1")
    place = {key: finding("i-1")[key] for key in ("service", "account_id", "account_name", "region", "resource_type", "as_of")}
    own = {"run_id": "run-1", "source": SOURCE, "month": NO_MONTH, **place}
    said = [
        ("i-1", "ec2_idle", "Too young: started on 05 June 2026, and CPU is known on 3 of the 14 days that are needed."),
        ("i-2", "ec2_idle", "Too young: started on 12 July 2026, and CPU is known on 11 of the 14 days that are needed."),
        ("i-2", "ec2_spot", "Too young: started on 12 July 2026, and CPU is known on 11 of the 14 days that are needed."),
        ("i-3", "ec2_spot", "Nothing is known of i-0123456789abcdef0, which costs 1,234.5 or so."),
    ]
    rows = ({**own, "resource_id": resource, "resource_name": "", "check": check, "reason": reason} for resource, check, reason in said)
    writes.insert_rows(any_store, "not_measured", rows)
    found = opportunity_groups.reasons(any_store, publish.snapshot(any_store), {})
    assert found.to_numpy().tolist() == [
        ["Too young: started on …, and CPU is known on … of the … days that are needed.", 3, 2, ["ec2_idle", "ec2_spot"]],
        ["Nothing is known of i-0123456789abcdef0, which costs 1,234.5 or so.", 1, 1, ["ec2_spot"]],
    ]


def test_a_resource_is_looked_for_by_name_and_id_in_any_case(any_store: Store) -> None:
    keep(any_store, "run-1", finding("vol-1", resource_name="Blau-Übung"), finding("vol-2", resource_name="100% {x:String}"))
    snap = publish.snapshot(any_store)

    def found(text: str) -> list[str]:
        return list(opportunities.page(any_store, snap, {"search": (text,)}, as_of=TODAY)["resource_id"])

    assert found("übung") == ["vol-1"]
    assert found("VOL-2") == ["vol-2"]
    assert found("% {x:string}") == ["vol-2"]
    assert found("_") == []
    assert found("  ") == ["vol-1", "vol-2"]


def test_what_is_not_found_any_more_is_looked_for_as_well(store: Store) -> None:
    kept = {"resource_id": "vol-9", "resource_name": "Blau", "as_of": "2026-11-01", "monthly_savings": "1", "monthly_cost": "1"}
    event = {"finding": ident("vol-9"), "at": "2026-11-02 00:00:00.000", "action": "done", "who": "Ana", "reason": "", "until": None}
    writes.insert_rows(store, "opportunity_events", [{**event, "owner": "", "note": "", "ticket": "", "finding_json": json.dumps(kept)}])
    snap = publish.snapshot(store)
    assert past.count(store, snap, {"search": ("blau",)}, as_of=TODAY) == 1
    assert past.count(store, snap, {"search": ("grün",)}, as_of=TODAY) == 0
