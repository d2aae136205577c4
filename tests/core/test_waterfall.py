"""Which savings the total takes, worked out by hand."""

from decimal import Decimal

from core.waterfall import ALL, ZERO, Saving, chosen

IDLE, RIGHT, STORAGE, RESERVED, PLAN = 0, 1, 3, 5, 6
DB, VM, DISK = ("111111111111", "us-east-1", "db-1"), ("111111111111", "us-east-1", "i-1"), ("111111111111", "us-east-1", "vol-1")


def saving(key: str, usd: int, *parts: str, on: tuple[str, str, str] = DB, rank: int = RIGHT, **leaves: int) -> Saving:
    """A finding that saves from some parts of a resource, or from all of it."""
    takes = {(on, part): Decimal(usd) for part in parts or (ALL,)}
    return Saving(key, rank, Decimal(usd), takes=takes, leaves={pool: Decimal(left) for pool, left in leaves.items()})


def purchase(key: str, usd: int, rank: int = RESERVED, **base: int) -> Saving:
    return Saving(key, rank, Decimal(usd), base={pool: Decimal(worth) for pool, worth in base.items()})


def taken(*savings: Saving) -> dict[str, int]:
    return {key: int(usd) for key, usd in chosen(savings).items()}


def test_of_two_on_one_resource_the_larger_counts() -> None:
    assert taken(saving("resize", 60), saving("spot", 70)) == {"spot": 70}


def test_of_two_that_save_the_same_the_earlier_type_counts() -> None:
    assert taken(saving("a-resize", 60), saving("z-stop", 60, rank=IDLE)) == {"z-stop": 60}


def test_of_two_of_the_same_type_the_first_by_name_counts() -> None:
    assert taken(saving("b", 60), saving("a", 60)) == {"a": 60}


def test_savings_from_different_parts_add_up() -> None:
    assert taken(saving("zones", 100, "compute"), saving("gp3", 20, "storage")) == {"zones": 100, "gp3": 20}


def test_two_parts_together_are_worth_more_than_one_that_takes_both() -> None:
    assert taken(saving("both", 110, "compute", "storage"), saving("zones", 100, "compute"), saving("gp3", 20, "storage")) == {
        "zones": 100,
        "gp3": 20,
    }


def test_one_that_takes_all_is_worth_more_than_its_parts() -> None:
    assert taken(saving("stop", 200), saving("zones", 100, "compute"), saving("gp3", 20, "storage")) == {"stop": 200}


def test_the_same_part_of_another_resource_is_another_part() -> None:
    other = ("222222222222", "us-east-1", "db-1")
    assert taken(saving("one", 10, "storage"), saving("two", 10, "storage", on=other)) == {"one": 10, "two": 10}


def test_a_stopped_machine_and_its_volume_exclude_one_another() -> None:
    volumes = {(DISK, ALL): Decimal(40), ((*DISK[:2], "vol-2"), ALL): Decimal(10)}
    stopped = Saving("stopped", IDLE, Decimal(50), takes=volumes)
    assert taken(stopped, saving("gp3", 8, on=DISK, rank=STORAGE)) == {"stopped": 50}
    # A saving on the machine itself is another matter.
    assert taken(stopped, saving("resize", 5, on=VM)) == {"stopped": 50, "resize": 5}


def test_what_saves_nothing_counts_where_nothing_excludes_it() -> None:
    assert taken(saving("unpriced", 0), saving("other", 5, on=VM)) == {"unpriced": 0, "other": 5}
    assert taken(saving("unpriced", 0), saving("priced", 5)) == {"priced": 5}


def test_a_purchase_is_reckoned_on_what_the_others_leave() -> None:
    # Of $1,000 on demand, $250 go: three quarters of what the purchase would save are left.
    assert taken(saving("stop", 250, m5=250), purchase("reserve", 400, m5=1000)) == {"stop": 250, "reserve": 300}


def test_a_purchase_is_worth_nothing_where_nothing_is_left() -> None:
    assert taken(saving("stop", 900, m5=1200), purchase("reserve", 400, m5=1000)) == {"stop": 900, "reserve": 0}


def test_a_finding_that_is_not_taken_leaves_the_pool_alone() -> None:
    assert taken(saving("small", 10, m5=1000), saving("large", 20), purchase("reserve", 400, m5=1000)) == {"large": 20, "reserve": 400}


def test_purchases_of_the_same_use_exclude_one_another() -> None:
    plan = purchase("plan", 500, PLAN, m5=1000, c6i=1000)
    assert taken(purchase("m5", 300, m5=1000), purchase("c6i", 300, c6i=1000), plan) == {"m5": 300, "c6i": 300}
    assert taken(purchase("m5", 200, m5=1000), purchase("c6i", 200, c6i=1000), plan) == {"plan": 500}


def test_it_is_the_purchase_that_is_best_on_what_is_left() -> None:
    plan = purchase("plan", 500, PLAN, m5=1000, c6i=1000)
    # With half of the m5 gone the plan is worth 375, and the two reservations 100 + 250.
    found = taken(saving("stop", 500, m5=500), plan, purchase("m5", 200, m5=1000), purchase("c6i", 250, c6i=1000))
    assert found == {"stop": 500, "plan": 375}


def test_nothing_comes_of_nothing() -> None:
    assert chosen([]) == {}
    assert chosen([Saving("plan", PLAN, ZERO, base={"m5": ZERO})]) == {"plan": ZERO}


def test_many_findings_on_one_resource_are_chosen_among_exactly() -> None:
    # A chain in which each shares a part with the next: of the odd and the even ones the even are worth more together.
    chain = [saving(f"{n:02}", 10 + n % 2, f"p{n}", f"p{n + 1}") for n in range(20)]
    assert sum(taken(*chain).values()) == 110
