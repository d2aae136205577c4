"""Savings net of commitments, pool by pool, worked out by hand."""

from decimal import Decimal

from core.commitments import Claim, Pool, net, pool_of

PARTLY = Pool(Decimal(350), on_demand_hours=100, covered_hours=300)
NOTHING_LEFT = Pool(Decimal(0), on_demand_hours=0, covered_hours=300)
UNCOVERED = Pool(Decimal(100), on_demand_hours=100, covered_hours=0)


def claim(key: str, usd: int, counted: bool = True, pool: str = "us-east-1/m5") -> Claim:
    return Claim(pool, Decimal(usd), counted, key)


def test_a_pool_s_findings_save_at_most_what_it_pays_on_demand_the_larger_first() -> None:
    found = net([claim("small", 200), claim("large", 300)], {"us-east-1/m5": PARTLY})
    assert {key: worth.usd for key, worth in found.items()} == {"large": Decimal(300), "small": Decimal(50)}
    assert "Commitments cover 75% of the use of us-east-1 m5" in found["small"].said
    assert "$50.00 of $200.00" in found["small"].said


def test_what_the_total_does_not_take_leaves_the_pool_to_the_rest() -> None:
    found = net([claim("left", 340, counted=False), claim("counted", 300)], {"us-east-1/m5": PARTLY})
    assert found["counted"].usd == 300
    assert found["left"].usd == 50


def test_where_everything_is_covered_nothing_is_saved() -> None:
    assert net([claim("a", 200)], {"us-east-1/m5": NOTHING_LEFT})["a"].usd == 0


def test_where_nothing_is_covered_all_of_it_is() -> None:
    found = net([claim("a", 200)], {"us-east-1/m5": UNCOVERED})["a"]
    assert (found.usd, found.confidence) == (200, 1.0)
    assert "No reservation or Savings Plan" in found.said


def test_rounding_takes_no_hundredth_of_a_cent_off() -> None:
    pool = Pool(Decimal("199.9999"), on_demand_hours=168, covered_hours=1)
    assert net([claim("a", 200)], {"us-east-1/m5": pool})["a"].usd == 200


def test_what_is_not_known_is_said_and_less_sure() -> None:
    found = net([claim("a", 200)], {})["a"]
    assert (found.usd, found.confidence) == (200, 0.8)
    assert "isn't known" in found.said


def test_pools_do_not_mix() -> None:
    found = net([claim("a", 300), claim("b", 300, pool="eu-west-1/m5")], {"us-east-1/m5": PARTLY, "eu-west-1/m5": PARTLY})
    assert [worth.usd for worth in found.values()] == [300, 300]
    assert pool_of("eu-west-1", "m5.large") == "eu-west-1/m5"
