"""What the demo organisation is charged: by hand where a figure is planted, as an identity where it isn't."""

from datetime import date, timedelta

import pandas as pd
import pytest

from core.demo import organisation as demo
from core.demo import prices
from core.demo.organisation import PICODOLLAR
from tests.core.demo.built import AS_OF, NOW, named, of_kind, organisation

AMOUNTS = ["unblended", "amortized", "net_unblended", "net_amortized"]
EC2 = "Amazon Elastic Compute Cloud - Compute"


def charges() -> pd.DataFrame:
    return organisation().charges


def usd(rows: pd.DataFrame, amount: str = "unblended") -> float:
    return int(rows[amount].sum()) / PICODOLLAR


def between(rows: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    return rows[(rows.day >= first) & (rows.day <= last)]


def of_resource(ident: str) -> pd.DataFrame:
    return charges()[charges().resource_id == ident]


def test_thirteen_whole_months_and_the_days_of_the_open_one() -> None:
    days = charges().day.drop_duplicates()
    assert list(days) == list(pd.date_range("2025-10-01", "2026-11-22", unit="s"))


def test_about_180000_a_month() -> None:
    for month in range(6, 11):
        rows = charges()[(charges().day.dt.year == 2026) & (charges().day.dt.month == month)]
        assert 165_000 < usd(rows) < 195_000


def test_amounts_are_whole_numbers() -> None:
    assert [str(charges()[amount].dtype) for amount in AMOUNTS] == ["int64"] * 4


def test_services_and_record_types_are_those_of_cost_explorer() -> None:
    services = set(charges().service)
    assert len(services) >= 30
    assert {
        EC2,
        "EC2 - Other",
        "Amazon Relational Database Service",
        "AWS Lambda",
        "Amazon Simple Storage Service",
        "AmazonCloudWatch",
        "Tax",
    } <= services
    assert set(charges().record_type) == {
        "Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee",
        "DiscountedUsage", "RIFee", "Fee", "Credit", "Refund", "Tax",
    }  # fmt: skip


def test_a_question_by_service_and_region_stays_small() -> None:
    pairs = charges().drop_duplicates(["account", "service", "region"]).groupby("account", observed=True).size()
    assert pairs.max() <= 70
    other = charges()[charges().service == "EC2 - Other"].drop_duplicates(["account", "usage_type"])
    assert len(other) <= 70


def test_a_machine_on_demand_costs_its_hours() -> None:
    october = between(of_resource(named("checkout-api-eu-01").id), "2026-10-01", "2026-10-31")
    box = october[october.usage_type == "EU-BoxUsage:m6i.xlarge"]
    assert box.quantity.sum() == 744
    assert usd(box) == pytest.approx(744 * 0.2112, abs=1e-9)  # 0.192 in Virginia, a tenth more in Ireland


def test_every_machine_on_demand_costs_hours_times_price() -> None:
    machines = {
        machine.id: prices.ec2_hour(
            machine.attributes["InstanceType"], machine.region, "Windows" if "Platform" in machine.attributes else "Linux"
        )
        for machine in of_kind("ec2:instance")
        if "InstanceLifecycle" not in machine.attributes
    }
    rows = charges()[(charges().service == EC2) & (charges().record_type == "Usage") & charges().resource_id.isin(list(machines))]
    hours = rows.resource_id.astype(str).map(machines)
    assert ((rows.quantity * hours * PICODOLLAR).round() == rows.unblended).all()
    assert (rows.quantity % 1 == 0).all()
    covered = charges()[charges().record_type.isin(["SavingsPlanCoveredUsage", "DiscountedUsage"])]
    assert set(machines) <= set(rows.resource_id) | set(covered.resource_id)


def test_a_windows_machine_costs_more() -> None:
    windows = named("windows-test-01").id
    (price,) = set(of_resource(windows).unblended / of_resource(windows).quantity / PICODOLLAR)
    assert price == pytest.approx(0.096 + 2 * 0.046)


def test_a_workstation_runs_eleven_hours_a_day_and_not_on_weekends() -> None:
    week = between(of_resource(named("workstation-01").id), "2026-11-09", "2026-11-15")
    assert list(week.quantity) == [11.0] * 5


def test_a_stopped_machine_costs_its_disk_only() -> None:
    machine = named("on-holiday")
    assert between(of_resource(machine.id), "2026-11-01", "2026-11-22").quantity.sum() == 240  # stopped 12 days before the 23rd
    (disk,) = [volume for volume in of_kind("ec2:volume") if volume.name == "on-holiday-root"]
    yesterday = between(of_resource(disk.id), "2026-11-20", "2026-11-20")
    assert usd(yesterday) == pytest.approx(80 * 0.08 / 30, abs=1e-9)


def test_every_resource_of_the_inventory_is_charged() -> None:
    charged = set(charges().resource_id)
    for kind in (
        "ec2:instance",
        "ec2:volume",
        "rds:db",
        "lambda:function",
        "s3:bucket",
        "ec2:natgateway",
        "elb:loadbalancer",
        "ec2:snapshot",
    ):
        for resource in of_kind(kind):
            if resource.created < NOW - timedelta(days=1):  # what is younger hasn't arrived on the bill
                assert {resource.id, resource.arn} & charged, resource.name


def test_a_reservation_paid_at_once_is_spread_over_its_year() -> None:
    fee = charges()[(charges().record_type == "Fee") & (charges().instance_type == "r5.xlarge")]
    assert list(fee.day.astype(str)) == ["2025-10-04"]
    assert usd(fee) == pytest.approx(10 * 8760 * 0.15876)  # 0.252 an hour, 63 % of it
    ledger = charges()[charges().instance_type == "r5.xlarge"]
    life = between(ledger, "2025-10-04", "2026-10-03")
    assert life.unblended.sum() == life.amortized.sum() == 13_907_376 * PICODOLLAR // 1000
    assert usd(between(life, "2025-11-01", "2025-11-30")) == 0
    assert usd(between(life, "2025-11-01", "2025-11-30"), "amortized") == pytest.approx(10 * 720 * 0.15876)
    after = between(ledger, "2026-10-04", "2026-10-04")
    assert set(after.record_type) == {"Usage"}
    assert usd(after) == pytest.approx(10 * 24 * 0.252)


def test_a_reservation_by_the_month_keeps_what_went_unused() -> None:
    rows = between(charges()[charges().instance_type == "c5.2xlarge"], "2026-10-01", "2026-10-31")
    fee, use = rows[rows.record_type == "RIFee"], rows[rows.record_type == "DiscountedUsage"]
    assert usd(fee) == pytest.approx(5 * 744 * 0.2142)  # 0.34 an hour, 63 % of it
    assert usd(fee, "amortized") == pytest.approx(2 * 744 * 0.2142)
    assert (usd(use), usd(use, "amortized")) == (0, pytest.approx(3 * 744 * 0.2142))
    assert rows.amortized.sum() == rows.unblended.sum()


def test_a_plan_paid_by_half() -> None:
    (plan,) = [plan for plan in of_kind("savingsplans:plan") if plan.name == "gpu"]
    own = of_resource(plan.arn)
    hour = 1.212 * 0.65
    upfront = own[own.record_type == "SavingsPlanUpfrontFee"]
    assert (usd(upfront), usd(upfront, "amortized")) == (pytest.approx(5 * hour / 2 * 8760), 0)
    day = between(own, "2026-10-10", "2026-10-10")
    assert usd(day) == pytest.approx(5 * hour / 2 * 24)
    assert usd(day, "amortized") == pytest.approx(hour * 24)  # one of five goes unused
    used = between(charges()[(charges().instance_type == "g5.2xlarge") & (charges().region == "us-west-2")], "2026-10-10", "2026-10-10")
    assert usd(used, "amortized") == pytest.approx(4 * hour * 24)


def test_what_plans_cover_is_taken_off_again() -> None:
    covered = charges()[charges().record_type == "SavingsPlanCoveredUsage"]
    negated = charges()[charges().record_type == "SavingsPlanNegation"]
    for amount in ("unblended", "net_unblended"):
        # Each line's discount is rounded by itself, a ten-thousand-millionth of a dollar.
        assert usd(covered, amount) == pytest.approx(-usd(negated, amount), abs=1e-4)
    by_day = covered.groupby("day").unblended.sum() + negated.groupby("day").unblended.sum()
    assert (by_day == 0).all()
    assert (negated.amortized == 0).all()


@pytest.mark.parametrize(("name", "used"), [("compute", 1.0), ("events", 0.95), ("gpu", 0.8)])
def test_how_far_plans_are_used(name: str, used: float) -> None:
    (plan,) = [plan for plan in of_kind("savingsplans:plan") if plan.name == name]
    fees = between(of_resource(plan.arn), "2026-10-01", "2026-10-31")
    total = float(plan.attributes["commitment"]) * 744
    unused = usd(fees, "amortized")
    assert 1 - unused / total == pytest.approx(used, abs=1e-8)


def test_the_discount_is_in_the_net_figures_of_what_aws_sells() -> None:
    kinds = charges().groupby("record_type", observed=True)[AMOUNTS].sum()
    for kind in ("Credit", "Refund", "Tax", "Fee"):
        rows = charges()[(charges().record_type == kind) & (charges().instance_type == "")]
        assert (rows.unblended == rows.net_unblended).all()
    assert kinds.net_unblended["Usage"] < kinds.unblended["Usage"]
    redshift = charges()[(charges().service == "Amazon Redshift") & (charges().record_type == "Usage")]
    assert usd(redshift, "net_unblended") == pytest.approx(0.93 * usd(redshift))
    market = charges()[charges().service == "Snowline Observability"]
    assert market.unblended.sum() == market.net_unblended.sum() == 14 * 4800 * PICODOLLAR


def test_all_four_cost_types_differ() -> None:
    totals = between(charges(), "2026-10-01", "2026-10-31")[AMOUNTS].sum()
    assert totals.nunique() == 4
    assert totals.net_unblended < totals.unblended
    assert totals.net_amortized < totals.amortized


def test_the_newest_two_days_have_only_partly_arrived() -> None:
    machine = of_resource(named("checkout-api-eu-01").id)
    assert list(between(machine, "2026-11-20", "2026-11-22").quantity) == [24, 19, 8]
    usage = charges()[(charges().record_type == "Usage") & (charges().service != "Snowline Observability")]
    days = usage.groupby("day").unblended.sum()
    assert 0.7 < days["2026-11-21"] / days["2026-11-14"] < 0.85
    assert 0.28 < days["2026-11-22"] / days["2026-11-15"] < 0.42


def test_spot_costs_a_third_or_so_and_moves() -> None:
    spot = charges()[charges().purchase_type == "Spot Instances"]
    price = spot.unblended / spot.quantity / PICODOLLAR
    assert price.nunique() > 50
    assert price.between(0.25 * 1.008, 0.8 * 1.008).all()


def test_the_same_seed_makes_the_same_bill() -> None:
    again = demo.build(AS_OF)
    assert again.charges.equals(charges())
    assert again.resources == organisation().resources
    other = demo.build(AS_OF, seed=8)
    assert other.charges.unblended.sum() != charges().unblended.sum()
    assert {r.id for r in other.resources if r.kind == "ec2:instance"}.isdisjoint(r.id for r in of_kind("ec2:instance"))


def test_settled_days_stay_as_they_were_when_the_day_moves_on() -> None:
    later = demo.build(AS_OF + timedelta(days=1)).charges
    for service in ("AWS Lambda", "Amazon Athena", "Amazon CloudFront", "Amazon Redshift", "Amazon DynamoDB"):
        before, after = (
            between(bill[(bill.service == service) & ~bill.resource_id.str.startswith("arn")], "2025-10-01", "2026-11-20")
            .groupby("day")
            .unblended.sum()
            for bill in (charges(), later)
        )
        assert before.equals(after), service
    # What had only partly arrived is whole by then.
    days = later[later.service == "Amazon Redshift"].groupby("day").unblended.sum()
    assert (
        days["2026-11-21"]
        == days["2026-11-20"]
        > charges()[charges().service == "Amazon Redshift"].groupby("day").unblended.sum()["2026-11-21"]
    )


@pytest.mark.parametrize("as_of", [date(2026, 3, 1), date(2028, 2, 29), date(2025, 12, 31)])
def test_any_day_will_do(as_of: date) -> None:
    built = demo.build(as_of)
    assert built.charges.day.max() == pd.Timestamp(as_of - timedelta(days=1))
    assert all(as_of - timedelta(days=62) <= anomaly.first_day <= as_of - timedelta(days=4) for anomaly in built.anomalies)


def carried_by(key: str) -> tuple[pd.DataFrame, demo.PlantedAnomaly]:
    (anomaly,) = [row for row in organisation().anomalies if row.key == key]
    mine = charges()
    for column in ("account", "region", "service", "usage_type"):
        mine = mine[mine[column] == getattr(anomaly, column)]
    return mine, anomaly


def test_anomalies_are_of_different_kinds() -> None:
    assert {row.kind for row in organisation().anomalies} == {"spike", "level shift", "ramp", "drop", "new region", "one-off"}


@pytest.mark.parametrize("key", ["debug-logs", "nat-shift", "tokens-ramp", "glue-stopped"])
def test_a_change_is_as_large_as_it_says(key: str) -> None:
    mine, anomaly = carried_by(key)
    daily = mine.groupby("day").unblended.sum().reindex(pd.date_range("2025-10-01", "2026-11-22", unit="s"), fill_value=0) / PICODOLLAR
    settled = daily[:"2026-11-20"]
    window = settled[str(anomaly.first_day) : str(anomaly.last_day)]
    weeks_before = settled[str(anomaly.first_day - timedelta(days=28)) : str(anomaly.first_day - timedelta(days=1))]
    usual = weeks_before.groupby(weeks_before.index.day_of_week).mean()
    extra = (window - usual.reindex(window.index.day_of_week).to_numpy()).sum()
    assert extra == pytest.approx(anomaly.impact_usd, rel=0.12)
    assert abs(extra) > 1000


@pytest.mark.parametrize(("key", "usd_"), [("strange-region", 3 * 5 * 24 * 3.912 * 1.25), ("restore", 2600.0)])
def test_what_was_never_there_before_costs_what_it_says(key: str, usd_: float) -> None:
    mine, anomaly = carried_by(key)
    assert anomaly.impact_usd == pytest.approx(usd_)
    assert usd(mine) == pytest.approx(usd_)
    assert (mine.day.min().date(), mine.day.max().date()) == (anomaly.first_day, anomaly.last_day)


def test_the_reservation_that_ran_out_is_billed_on_demand() -> None:
    mine, anomaly = carried_by("ledger")
    after = mine[mine.day >= str(anomaly.first_day)]
    assert anomaly.first_day == date(2026, 10, 4)
    assert usd(after) == pytest.approx(anomaly.impact_usd, abs=0.01)
    assert usd(after) == pytest.approx(0.252 * 10 * (48 * 24 + 19 + 8))


def test_tags_are_missing_here_and_there() -> None:
    machines = charges()[(charges().service == EC2) & (charges().resource_id != "")]
    share = machines[machines.tag_team == ""].unblended.sum() / machines.unblended.sum()
    assert 0.05 < share < 0.35
