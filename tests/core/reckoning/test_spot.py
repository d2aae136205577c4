"""What the spot market costs: a price counts for as long as it held, over all zones."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.prices import API, EC2, LINUX, SPOT, Price, PriceList
from core.reckoning import CostLine, Reckoning, spot
from core.reckoning.spot import HIGH, LOW, Change, History, Swing, history, spot_key

END = datetime(2026, 6, 15, tzinfo=UTC)
START = END - timedelta(days=30)
LARGE = {"InstanceType": "m9.large", "UsageOperation": LINUX, "Tenancy": "default"}


def at(days_before_the_end: float, usd: str, zone: str = "a") -> Change:
    return Change(zone, END - timedelta(days=days_before_the_end), Decimal(usd))


def median(*changes: Change) -> Decimal | None:
    found = history(changes, START, END)
    return found and found.median


def price(key: str, usd: str) -> Price:
    return Price(EC2, "eu-north-1", key, "Hrs", Decimal(usd), "", SPOT, END.date())


def test_a_price_counts_for_as_long_as_it_held() -> None:
    # 0.05 for 20 days, then 0.09 for ten, in many small changes.
    assert median(at(30, "0.05"), *(at(10 - step / 10, "0.09") for step in range(100))) == Decimal("0.05")
    assert median(at(30, "0.05"), at(16, "0.09")) == Decimal("0.09")


def test_of_even_halves_it_is_the_middle() -> None:
    assert median(at(30, "0.05"), at(15, "0.09")) == Decimal("0.07")
    assert median(*(at(30 - day, f"0.{10 + day}") for day in range(30))) == Decimal("0.245")  # 0.10, 0.11 ... 0.39, a day each


def test_zones_count_alike() -> None:
    assert median(at(30, "0.05", "a"), at(30, "0.07", "b"), at(30, "0.09", "c")) == Decimal("0.07")
    assert median(at(30, "0.05", "a"), at(3, "0.09", "b")) == Decimal("0.05")


def test_the_last_price_before_the_start_holds_at_the_start() -> None:
    assert history([at(45, "0.05")], START, END) == History(Decimal("0.05"), Decimal("0.05"), Decimal("0.05"))
    assert median(at(45, "0.01"), at(31, "0.05")) == Decimal("0.05")


def test_percentiles_are_those_of_the_time() -> None:
    # A tenth of the time at 0.04 and a twentieth at 0.20: so the tenth percentile lies between 0.04 and what comes next.
    found = history([at(30, "0.04"), at(27, "0.06"), at(1.5, "0.20")], START, END)
    assert found == History(Decimal("0.06"), Decimal("0.05"), Decimal("0.06"))


@pytest.mark.parametrize(("days", "known"), [(14, True), (13.99, False), (1, False)])
def test_a_short_history_has_a_median_only(days: float, known: bool) -> None:
    found = history([at(days, "0.05")], START, END)
    assert found
    assert found.median == Decimal("0.05")
    assert (found.low is not None, found.high is not None) == (known, known)


def test_nothing_known_is_nothing() -> None:
    assert history([], START, END) is None
    assert history([at(0, "0.05"), at(-1, "0.05")], START, END) is None
    assert history([at(10, "0"), at(9, "-1")], START, END) is None


@pytest.mark.parametrize(
    ("attributes", "key"),
    [
        ({}, "SpotUsage:m9.large/RunInstances"),
        ({"UsageOperation": "", "PlatformDetails": "Windows"}, "SpotUsage:m9.large/RunInstances:0002"),
        ({"UsageOperation": "RunInstances:0010"}, "SpotUsage:m9.large/RunInstances:0010"),
        ({"UsageOperation": "RunInstances:0800"}, None),
        ({"UsageOperation": "", "PlatformDetails": "Something new"}, None),
        ({"Tenancy": "dedicated"}, None),
        ({"Tenancy": "host"}, None),
    ],
)
def test_the_market_sells_some_systems_with_shared_tenancy(attributes: dict[str, str], key: str | None) -> None:
    assert spot.key_for(LARGE | attributes) == key


def test_it_is_reckoned_as_730_hours_at_the_median_and_its_swing_in_percent_of_that() -> None:
    key = spot_key("m9.large", LINUX)
    prices = PriceList([price(key, "0.04"), price(key + LOW, "0.03"), price(key + HIGH, "0.05")])
    reckoned = spot.spot(prices, "eu-north-1", LARGE)
    assert reckoned.usd == Decimal("29.20")
    assert reckoned.in_words() == "730 Hrs × $0.04 = $29.20 a month (Spot price history)"
    assert spot.swing(prices, "eu-north-1", LARGE) == Swing(Decimal("0.03"), Decimal("0.05"), 50.0)
    assert spot.swing(PriceList([price(key, "0.04")]), "eu-north-1", LARGE) is None


def test_without_a_price_it_says_what_is_lacking() -> None:
    assert "no price for SpotUsage:m9.large/RunInstances" in spot.spot(PriceList(), "eu-north-1", LARGE).lacking
    assert "the spot market doesn't sell" in spot.spot(PriceList(), "eu-north-1", LARGE | {"Tenancy": "host"}).lacking
    assert spot.swing(PriceList(), "eu-north-1", LARGE | {"Tenancy": "host"}) is None


def test_an_assumed_share_is_taken_off_each_line_and_named() -> None:
    hour = Price(EC2, "eu-north-1", "BoxUsage:m9.large/RunInstances", "Hrs", Decimal("0.1"), "SKU1", API, END.date())
    less = spot.cheaper_by(Reckoning((CostLine("m9.large", Decimal(730), hour),)), 35.0, LARGE, "assumed")
    assert less.usd == Decimal("47.450")
    assert [line.price.source for line in less.lines] == ["assumed"]
    unknown = Reckoning(lacking="no price")
    assert spot.cheaper_by(unknown, 35.0, LARGE, "assumed") is unknown
