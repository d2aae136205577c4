"""Savings net of commitments, pool by pool, worked out by hand; and what holds for any of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commitments import ANYWHERE, FAMILY, STAYS, TOLERANCE, TOTAL, Claim, Pool, net, pool_of, reach_of, system_of, system_of_operation

M5, C5, ABROAD = "us-east-1/m5/Linux", "us-east-1/c5/Linux", "eu-west-1/m5/Linux"
PARTLY = Pool(Decimal(350), on_demand_hours=100, covered_hours=300)
NOTHING_LEFT = Pool(Decimal(0), on_demand_hours=0, covered_hours=300)
UNCOVERED = Pool(Decimal(100), on_demand_hours=100, covered_hours=0)


def claim(key: str, usd: float, counted: bool = True, pool: str = M5) -> Claim:
    return Claim(pool, Decimal(str(usd)), counted, key)


def floating(usd: int, plan: int, reach: str = ANYWHERE) -> Pool:
    """A pool of which a Savings Plan covers use that would cost `plan` on demand."""
    return Pool(Decimal(usd), on_demand_hours=100, covered_hours=300, plan_hours=300, plan_usd=Decimal(plan), reach=reach)


def worth(claims: list[Claim], pools: dict[str, Pool] | None) -> dict[str, Decimal]:
    return {key: found.usd for key, found in net(claims, pools).items()}


def test_a_pool_s_findings_save_at_most_what_it_pays_on_demand_the_larger_first() -> None:
    found = net([claim("small", 200), claim("large", 300)], {M5: PARTLY})
    assert {key: each.usd for key, each in found.items()} == {"large": Decimal(300), "small": Decimal(50)}
    assert "Commitments cover 75% of the use of us-east-1 m5 Linux" in found["small"].said
    assert "$50.00 of $200.00" in found["small"].said


def test_what_the_total_does_not_take_stands_alone() -> None:
    assert worth([claim("left", 340, counted=False), claim("counted", 300)], {M5: PARTLY}) == {"counted": 300, "left": 340}
    assert worth([claim("left", 400, counted=False), claim("other", 360, counted=False)], {M5: PARTLY}) == {"left": 350, "other": 350}


def test_where_everything_is_covered_nothing_is_saved() -> None:
    assert worth([claim("a", 200)], {M5: NOTHING_LEFT}) == {"a": 0}


def test_where_nothing_is_covered_all_of_it_is() -> None:
    found = net([claim("a", 200)], {M5: UNCOVERED})["a"]
    assert (found.usd, found.confidence) == (200, 1.0)
    assert "No reservation or Savings Plan" in found.said


def test_rounding_takes_no_hundredth_of_a_cent_off() -> None:
    pool = Pool(Decimal("199.9999"), on_demand_hours=168, covered_hours=1)
    assert worth([claim("a", 200)], {M5: pool}) == {"a": 200}


@pytest.mark.parametrize("pools", [None, {}, {C5: PARTLY}])
def test_what_is_not_known_is_said_and_less_sure(pools: dict[str, Pool] | None) -> None:
    found = net([claim("a", 200)], pools)["a"]
    assert (found.usd, found.confidence) == (200, 0.8)
    assert "isn't known" in found.said


def test_pools_do_not_mix() -> None:
    found = worth([claim("a", 300), claim("b", 300, pool=ABROAD)], {M5: PARTLY, ABROAD: PARTLY})
    assert found == {"a": 300, "b": 300}


def test_a_compute_savings_plan_that_is_freed_covers_what_is_on_demand_elsewhere() -> None:
    found = net([claim("a", 300)], {M5: floating(0, 500), C5: UNCOVERED, ABROAD: Pool(Decimal(120), 100, 0)})["a"]
    assert found.usd == 220  # 100 of c5 and 120 abroad; nothing more runs on demand
    assert "covers another $220.00 of use on demand elsewhere" in found.said


def test_it_moves_no_more_than_the_plan_covers() -> None:
    assert worth([claim("a", 300)], {M5: floating(0, 80), C5: UNCOVERED}) == {"a": 80}


def test_what_is_on_demand_elsewhere_is_covered_once_and_by_its_own_findings_first() -> None:
    pools = {M5: floating(0, 500), ABROAD: floating(0, 500), C5: UNCOVERED}
    assert worth([claim("a", 90), claim("b", 90, pool=ABROAD)], pools) == {"a": 90, "b": 10}
    assert worth([claim("a", 90), claim("own", 70, pool=C5)], pools) == {"a": 30, "own": 70}


def test_an_instance_savings_plan_stays_in_its_family_and_region() -> None:
    windows, other = "us-east-1/m5/Windows", {C5: UNCOVERED, ABROAD: UNCOVERED}
    assert worth([claim("a", 300)], {M5: floating(0, 500, FAMILY), **other}) == {"a": 0}
    assert worth([claim("a", 300)], {M5: floating(0, 500, FAMILY), windows: UNCOVERED, **other}) == {"a": 100}


def test_a_reservation_and_a_database_stay_where_they_are() -> None:
    base = "us-east-1/db.m5/PostgreSQL"
    assert worth([claim("a", 300)], {M5: floating(0, 500, STAYS), C5: UNCOVERED}) == {"a": 0}
    assert worth([claim("a", 300)], {M5: floating(0, 500), base: UNCOVERED}) == {"a": 0}
    assert worth([claim("a", 300, pool=base)], {base: floating(0, 500), M5: UNCOVERED}) == {"a": 0}


def test_use_that_stands_in_no_pool_of_its_own_can_be_covered_too() -> None:
    assert worth([claim("a", 300)], {M5: floating(0, 500), C5: UNCOVERED, TOTAL: Pool(Decimal(150), 1, 1)}) == {"a": 150}


@pytest.mark.parametrize(
    ("plans", "pool", "reach"),
    [
        ([("Compute", "")], M5, ANYWHERE),
        ([("EC2Instance", "us-east-1/m5"), ("Compute", "")], M5, FAMILY),
        ([("EC2Instance", "us-east-1/c5"), ("Compute", "")], M5, ANYWHERE),
        ([("EC2Instance", "us-east-1/c5")], M5, STAYS),
        ([("Compute", "")], "us-east-1/db.m5/MySQL", STAYS),
        ([("Database", "")], "us-east-1/db.m5/MySQL", ANYWHERE),
        ([], M5, STAYS),
    ],
)
def test_how_far_a_plan_reaches(plans: list[tuple[str, str]], pool: str, reach: str) -> None:
    assert reach_of(pool, plans) == reach


@pytest.mark.parametrize(
    ("said", "system"),
    [
        ({}, "Linux"),
        ({"PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances"}, "Linux"),
        ({"PlatformDetails": "Windows"}, "Windows"),
        ({"Platform": "windows"}, "Windows"),
        ({"UsageOperation": "RunInstances:0010"}, "Red Hat Enterprise Linux"),
        ({"PlatformDetails": "Plan 9"}, "Plan 9"),
        ({"UsageOperation": "RunInstances:zzzz"}, "RunInstances:zzzz"),
        ({"Engine": "postgres"}, "PostgreSQL"),
        ({"Engine": "aurora-mysql"}, "Aurora MySQL"),
        ({"Engine": "db2-se"}, "db2-se"),
    ],
)
def test_a_system_is_named_as_the_bill_s_operation_is(said: dict[str, str], system: str) -> None:
    assert system_of(said) == system


def test_operations_have_the_names_of_systems() -> None:
    named = {
        "RunInstances": "Linux",
        "RunInstances:0002": "Windows",
        "CreateDBInstance:0014": "PostgreSQL",
        "CreateDBInstance:9": "CreateDBInstance:9",
    }
    assert {operation: system_of_operation(operation) for operation in named} == named


def test_pools_are_named_by_region_family_and_system() -> None:
    assert pool_of("eu-west-1", "m5.large", "Linux") == "eu-west-1/m5/Linux"
    assert pool_of("eu-west-1", "db.m5.2xlarge", "MySQL") == "eu-west-1/db.m5/MySQL"


NAMES = [M5, C5, ABROAD, "us-east-1/m5/Windows", "us-east-1/db.m5/MySQL", "eu-west-1/db.r6g/MySQL"]
usd = st.decimals(0, 1000, places=4)
pools_of = st.builds(
    Pool,
    on_demand_usd=usd,
    on_demand_hours=st.floats(0, 1000),
    covered_hours=st.floats(0.01, 1000),
    plan_usd=usd,
    reach=st.sampled_from([STAYS, FAMILY, ANYWHERE]),
)
some_claims = st.lists(st.tuples(st.sampled_from(NAMES), st.decimals(0, 500, places=4), st.booleans()), max_size=12)


@given(pools=st.dictionaries(st.sampled_from(NAMES), pools_of, min_size=len(NAMES)), rows=some_claims)
def test_together_they_save_no_more_than_runs_on_demand_and_none_more_than_it_claims(
    pools: dict[str, Pool], rows: list[tuple[str, Decimal, bool]]
) -> None:
    claims = [Claim(pool, amount, counted, str(n)) for n, (pool, amount, counted) in enumerate(rows)]
    found = net(claims, pools)
    assert found.keys() == {each.key for each in claims}
    assert all(0 <= found[each.key].usd <= each.usd for each in claims)
    counted = sum((found[each.key].usd for each in claims if each.counted), Decimal(0))
    assert counted <= sum((pool.on_demand_usd for pool in pools.values()), Decimal(0)) + TOLERANCE * len(claims)
    for name, pool in pools.items():
        mine = sum((found[each.key].usd for each in claims if each.counted and each.pool == name), Decimal(0))
        assert mine <= pool.on_demand_usd + (pool.plan_usd if pool.reach else 0) + TOLERANCE * len(claims)


@given(pools=st.dictionaries(st.sampled_from(NAMES), pools_of, min_size=len(NAMES)), rows=some_claims)
def test_the_order_in_which_findings_come_changes_nothing(pools: dict[str, Pool], rows: list[tuple[str, Decimal, bool]]) -> None:
    claims = [Claim(pool, amount, counted, str(n)) for n, (pool, amount, counted) in enumerate(rows)]
    assert net(claims, pools) == net(claims[::-1], dict(reversed(pools.items())))


@given(rows=some_claims)
def test_where_nothing_is_known_or_nothing_covered_all_of_it_is_saved(rows: list[tuple[str, Decimal, bool]]) -> None:
    claims = [Claim(pool, amount, counted, str(n)) for n, (pool, amount, counted) in enumerate(rows)]
    bare = dict.fromkeys(NAMES, UNCOVERED)
    assert all(found.usd == each.usd for each in claims for found in (net(claims, None)[each.key], net(claims, bare)[each.key]))
