"""Whatever is found, no dollar is counted twice: over made-up findings, and over made-up resources through the real checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import commitments, verdicts
from core.checks.contract import PURCHASES, TYPES, Answer, Check, Facts, Finding, Resource
from core.prices import API, Price
from core.reckoning import CostLine, Reckoning
from core.verdicts import Judgement, Verdict
from core.waterfall import ALL, ZERO, Part, ResourceKey, Saving, chosen
from tests.core.checks.made import AS_OF
from tests.core.checks.made import facts as made_facts

OFTEN = settings(max_examples=100, deadline=None, derandomize=True)
RESOURCES: tuple[ResourceKey, ...] = tuple((account, "us-east-1", ident) for account in ("1", "2") for ident in ("a", "b"))
PARTS = (ALL, "compute", "storage", "uploads")
POOLS = ("m5", "c6i", "r6i")
USD = st.integers(0, 50).map(Decimal)  # few values, so that some are equal
EXACT = Decimal("0.000001")


@st.composite
def savings(draw: st.DrawFn, most: int = 9) -> list[Saving]:
    """Findings on a few resources, and purchases over a few pools; what a purchase saves is less than what it covers."""
    found = []
    for number in range(draw(st.integers(0, most))):
        key, rank = f"{draw(st.sampled_from('abc'))}{number}", draw(st.integers(0, 7))
        if draw(st.integers(0, 3)) == 0:
            base = draw(st.dictionaries(st.sampled_from(POOLS), USD, min_size=1))
            found.append(Saving(key, rank, sum(base.values(), ZERO) * draw(st.integers(0, 10)) / 10, base=base))
        else:
            where = draw(st.lists(st.tuples(st.sampled_from(RESOURCES), st.sampled_from(PARTS)), min_size=1, max_size=3, unique=True))
            takes: dict[Part, Decimal] = {part: draw(USD) for part in where}
            leaves = draw(st.dictionaries(st.sampled_from(POOLS), USD, max_size=2))
            found.append(Saving(key, rank, sum(takes.values(), ZERO), takes=takes, leaves=leaves))
    return found


def share_a_part(one: Saving, other: Saving) -> bool:
    """Whether two findings save from the same part of a resource, or one of them from all of it."""
    return any(
        mine == theirs and (part == other_part or ALL in (part, other_part))
        for mine, part in one.takes
        for theirs, other_part in other.takes
    )


def best(some: Sequence[tuple[Saving, Decimal]]) -> Decimal:
    """The most that findings of which none excludes another save together; every choice is tried."""
    return max(
        sum((usd for _, usd in choice), ZERO)
        for size in range(len(some) + 1)
        for choice in combinations(some, size)
        if not any(
            share_a_part(one, other) or not one.base.keys().isdisjoint(other.base) for (one, _), (other, _) in combinations(choice, 2)
        )
    )


@given(savings())
@OFTEN
def test_no_two_that_are_chosen_share_a_part_or_a_base(found: list[Saving]) -> None:
    picked = chosen(found)
    some = [saving for saving in found if saving.key in picked]
    assert len(some) == len(picked)
    for one, other in combinations(some, 2):
        assert not share_a_part(one, other)
        assert one.base.keys().isdisjoint(other.base)


@given(savings())
@OFTEN
def test_the_choice_is_the_best_there_is(found: list[Saving]) -> None:
    picked = chosen(found)
    usage, bought = ([saving for saving in found if bool(saving.base) == buys] for buys in (False, True))
    assert sum((picked.get(saving.key, ZERO) for saving in usage), ZERO) == best([(saving, saving.usd) for saving in usage])
    gone = {pool: sum((each.leaves.get(pool, ZERO) for each in usage if each.key in picked), ZERO) for pool in POOLS}
    worth = []
    for saving in bought:
        left = sum((max(ZERO, usd - gone[pool]) for pool, usd in saving.base.items()), ZERO)
        whole = sum(saving.base.values(), ZERO)
        worth.append((saving, saving.usd * left / whole if whole else ZERO))
    assert abs(sum((picked.get(saving.key, ZERO) for saving in bought), ZERO) - best(worth)) < EXACT


@given(savings())
@OFTEN
def test_what_is_chosen_is_worth_no_more_than_alone_and_no_less_than_nothing(found: list[Saving]) -> None:
    picked = chosen(found)
    for saving in found:
        if saving.key in picked:
            assert 0 <= picked[saving.key] <= saving.usd
            if not saving.base:
                assert picked[saving.key] == saving.usd


@given(savings())
@OFTEN
def test_only_what_something_chosen_excludes_is_left_out(found: list[Saving]) -> None:
    picked = chosen(found)
    taken = [saving for saving in found if saving.key in picked]
    for saving in found:
        if saving.key not in picked:
            assert any(share_a_part(saving, other) or not saving.base.keys().isdisjoint(other.base) for other in taken)


@given(savings(), st.randoms(use_true_random=False))
@OFTEN
def test_the_order_in_which_things_are_found_is_of_no_matter(found: list[Saving], random: Random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert chosen(shuffled) == chosen(found)


# The same of verdicts: checks that say whatever is drawn, over resources that cost whatever is drawn.
USUAL, BOUGHT, LEFT = (
    ("ec2:instance", "ec2:volume", "rds:db", "lambda:function", "s3:bucket"),
    ("aws:pool", "aws:organization"),
    "ec2:reserved",
)
KINDS = dict(zip(TYPES, ("stop", "resize", "spot", "class", "zones", "reserve", "plan", "unused"), strict=True))
INSTANCES = ("m5.large", "m5.xlarge", "c6i.large")
FEW = settings(OFTEN, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
PAYER = "1"


@dataclass(frozen=True)
class Made:
    """A resource, or what stands for a purchase; what each check finds on it; and what it costs by part (None: that isn't known)."""

    resource: Resource
    parts: Mapping[str, Decimal] | None
    findings: Mapping[str, Finding]

    @property
    def cost(self) -> Decimal | None:
        return None if self.parts is None else sum(self.parts.values(), ZERO)


@dataclass(frozen=True)
class Company:
    """Everything that is found in it, and what its commitments cover."""

    made: tuple[Made, ...]
    pools: Mapping[str, commitments.Pool] | None

    def judged(self, set_aside: frozenset[str] = frozenset(), order: Sequence[int] = ()) -> Judgement:
        made = [self.made[n] for n in order] if order else self.made
        held = [one.resource for one in made if one.resource.resource_type not in BOUGHT]
        derived = [one.resource for one in made if one.resource.resource_type in BOUGHT]
        findings = {(check, one.resource.resource_type, *one.resource.key): found for one in made for check, found in one.findings.items()}

        def says(check: str) -> Callable[[Resource, Facts], Answer]:
            return lambda resource, facts: findings.get((check, resource.resource_type, *resource.key))

        asked = [
            Check(f"{check}_{of.replace(':', '_')}", "Is it?", "Toy", kind, "EC2", (of,), "It is.", "It.", says(check))
            for kind, check in KINDS.items()
            for of in (*USUAL, *BOUGHT, LEFT)
        ]
        with (
            mock.patch.object(verdicts.checks, "discovered", return_value=asked),
            mock.patch.object(verdicts.pools, "derived", return_value=derived),
            mock.patch.object(verdicts.reckoning, "cost_of", lambda *of: of[3].get("cost")),
        ):
            return verdicts.judged(held, replace(made_facts(), pools=self.pools), PAYER, set_aside)


def reckoned(parts: Mapping[str, Decimal], share: Decimal = Decimal(1)) -> Reckoning:
    """So much of each part, a line each; compute is paid by the hour."""
    units = {"compute": "Hrs", "storage": "GB-Mo", "uploads": "GB"}
    prices = {part: Price("AmazonEC2", "us-east-1", part, units[part], usd, "", API, AS_OF) for part, usd in parts.items()}
    return Reckoning(tuple(CostLine(part, share, price) for part, price in prices.items()))


def pool_name(resource: Resource) -> str:
    return commitments.pool_of(resource.region, str(resource.attributes["InstanceType"]), commitments.system_of(resource.attributes))


@st.composite
def companies(draw: st.DrawFn) -> Company:
    places = st.tuples(
        st.sampled_from(USUAL), st.sampled_from(("1", "2")), st.sampled_from(("us-east-1", "eu-west-1")), st.sampled_from("ab")
    )
    made = []
    for kind, account, region, name in draw(st.lists(places, min_size=1, max_size=7, unique=True)):
        ident = {"ec2:instance": f"i-{name}", "ec2:volume": f"vol-{name}"}.get(kind, name)
        own = ("compute",) if kind == "ec2:instance" else ("storage",) if kind == "ec2:volume" else ("compute", "storage", "uploads")
        parts = draw(st.none() | st.fixed_dictionaries(dict.fromkeys(own, USD)))
        attributes: dict[str, Any] = {"cost": Reckoning(lacking="no price") if parts is None else reckoned(parts)}
        if kind == "ec2:instance":
            attributes |= {"InstanceType": draw(st.sampled_from(INSTANCES)), "UsageOperation": "RunInstances"}
        elif kind == "rds:db":
            attributes |= {"DBInstanceClass": "db.m5.large", "Engine": "postgres"}
        resource = Resource(kind, ident, account, region, "running", attributes=attributes)
        made.append(Made(resource, parts, draw(findings_on(kind, own, parts))))
    made += draw(purchases(made))
    unused = draw(USD)
    if unused:
        fee = Finding("It is.", "aws", reckoned({"uploads": unused}), 0.9, "low", "low", {})
        made.append(Made(Resource(LEFT, "ri-1", "1", "us-east-1"), {"uploads": unused}, {"unused": fee}))
    return Company(tuple(made), draw(coverage(made)))


@st.composite
def findings_on(draw: st.DrawFn, kind: str, own: Sequence[str], parts: Mapping[str, Decimal] | None) -> dict[str, Finding]:
    """What the checks that aren't purchases say; some of them claim more than the resource costs."""
    found = {}
    for check in draw(st.lists(st.sampled_from(("stop", "resize", "spot", "class", "zones")), max_size=4, unique=True)):
        claimed = dict(parts) if parts is not None and draw(st.integers(0, 4)) else draw(st.fixed_dictionaries(dict.fromkeys(own, USD)))
        base = Finding("It is.", "aws", reckoned(claimed), 0.9, "low", "low", {})
        how = draw(st.sampled_from(("all", "share", "parts", "elsewhere" if kind == "ec2:instance" else "all")))
        if how == "share":
            found[check] = replace(base, after=reckoned(claimed, Decimal(draw(st.integers(0, 10))) / 10))
        elif how == "parts":
            saves = {part: claimed[part] * draw(st.integers(1, 10)) / 10 for part in draw(st.sets(st.sampled_from(own), min_size=1))}
            found[check] = replace(base, parts=saves, after=reckoned({part: usd - saves.get(part, ZERO) for part, usd in claimed.items()}))
        elif how == "elsewhere":
            volumes = draw(st.dictionaries(st.sampled_from(("vol-a", "vol-b", "vol-gone")), USD, min_size=1))
            found[check] = replace(base, cost=reckoned({"storage": sum(volumes.values(), ZERO)}), elsewhere=volumes)
        else:
            found[check] = base
    return found


@st.composite
def purchases(draw: st.DrawFn, made: Sequence[Made]) -> list[Made]:
    """Reservations of pools and of single databases, and a plan over all pools: of no more use than there is."""
    pools: dict[str, Decimal] = {}
    for one in made:
        if one.resource.resource_type == "ec2:instance" and one.parts is not None:
            pools[pool_name(one.resource)] = pools.get(pool_name(one.resource), ZERO) + one.parts["compute"]
    found = []
    for name, usd in pools.items():
        if draw(st.booleans()):
            found.append(Made(Resource("aws:pool", name, PAYER, name.split("/")[0]), None, {"reserve": draw(buying({name: usd}))}))
    if pools and draw(st.booleans()):
        found.append(Made(Resource("aws:organization", PAYER, PAYER, ""), None, {"plan": draw(buying(pools))}))
    for n, one in enumerate(made):
        if one.resource.resource_type == "rds:db" and one.parts is not None and draw(st.booleans()):
            bought = draw(buying({ALL: one.parts["compute"]}))
            made[n] = replace(one, findings={**one.findings, "reserve": bought})  # type: ignore[index]
    return found


@st.composite
def buying(draw: st.DrawFn, base: Mapping[str, Decimal]) -> Finding:
    whole = sum(base.values(), ZERO)
    after = reckoned({"compute": whole}, Decimal(draw(st.integers(0, 10))) / 10)
    return Finding("It is.", "aws", reckoned({"compute": whole}), 0.9, "low", "low", {}, after=after, base=base)


@st.composite
def coverage(draw: st.DrawFn, made: Sequence[Made]) -> Mapping[str, commitments.Pool] | None:
    """Nothing known; or of some pools what is on demand and covered: all, nothing, or some of it; and how far their plans reach."""
    if draw(st.integers(0, 3)) == 0:
        return None
    named = {pool_name(one.resource) for one in made if one.resource.resource_type == "ec2:instance"} | {"us-east-1/db.m5/PostgreSQL"}
    found = {}
    for name in sorted(named):
        if draw(st.integers(0, 4)):
            on_demand, planned = draw(st.sampled_from((ZERO, ZERO, Decimal(7), Decimal(60)))), draw(USD)
            hours = draw(st.sampled_from((0.0, 100.0)))
            reach = draw(st.sampled_from((commitments.STAYS, commitments.FAMILY, commitments.ANYWHERE)))
            found[name] = commitments.Pool(on_demand, float(on_demand), hours, hours, planned if hours else ZERO, reach)
    if draw(st.booleans()):
        on_demand = sum((pool.on_demand_usd for pool in found.values()), ZERO) + draw(USD)
        found[commitments.TOTAL] = commitments.Pool(on_demand, float(on_demand), 100.0)
    return found


def finding_of(verdict: Verdict) -> Finding:
    assert isinstance(verdict.answer, Finding)
    return verdict.answer


def saves_from(verdict: Verdict) -> list[tuple[str, str, str, str]]:
    """The resources that a finding saves from, by type, account, region and id."""
    kind, (account, region, ident), finding = verdict.resource.resource_type, verdict.resource.key, finding_of(verdict)
    if finding.elsewhere:
        return [("ec2:volume", account, region, other) for other in finding.elsewhere]
    return [] if kind in BOUGHT else [(kind, account, region, ident)]


def said(judgement: Judgement) -> dict[str, tuple[Decimal, bool, float]]:
    return {verdict.id: (verdict.usd, verdict.counted, verdict.confidence) for verdict in judgement.found}


@given(companies())
@FEW
def test_what_is_counted_on_a_resource_is_at_most_what_it_costs(company: Company) -> None:
    costs = {(one.resource.resource_type, *one.resource.key): one.cost for one in company.made}
    saved: dict[tuple[str, str, str, str], Decimal] = {}
    for verdict in (verdict for verdict in company.judged().found if verdict.counted):
        if others := finding_of(verdict).elsewhere:
            # It excludes all that is about one of these volumes. What one costs that isn't in the inventory only the finding says.
            known = [costs.get(volume) for volume in saves_from(verdict)]
            assert verdict.usd <= sum((usd if cost is None else cost for cost, usd in zip(known, others.values(), strict=True)), EXACT)
        else:
            for resource in saves_from(verdict):
                saved[resource] = saved.get(resource, ZERO) + verdict.usd
    for resource, usd in saved.items():
        if (cost := costs.get(resource)) is not None:
            assert usd <= cost + EXACT


@given(companies())
@FEW
def test_the_total_is_at_most_the_bill(company: Company) -> None:
    if all(one.cost is not None for one in company.made if one.resource.resource_type not in BOUGHT):
        there = {(one.resource.account_id, one.resource.region, one.resource.resource_id) for one in company.made}
        gone = [
            verdict
            for verdict in company.judged().found
            if any((*verdict.resource.key[:2], other) not in there for other in finding_of(verdict).elsewhere)
        ]
        bill = sum((one.cost or ZERO for one in company.made), ZERO) + sum((finding_of(verdict).cost.usd or ZERO for verdict in gone), ZERO)
        assert 0 <= company.judged().savings <= bill + EXACT


@given(companies())
@FEW
def test_nothing_is_worth_more_net_of_commitments_than_before(company: Company) -> None:
    for verdict in company.judged().found:
        assert 0 <= verdict.usd <= verdict.alone <= (finding_of(verdict).monthly_savings or ZERO)
        assert 0 <= verdict.confidence <= finding_of(verdict).confidence


@given(companies())
@FEW
def test_where_nothing_is_on_demand_ending_hours_saves_nothing(company: Company) -> None:
    every = {pool_name(one.resource) for one in company.made if one.resource.resource_type == "ec2:instance"}
    covered = replace(company, pools={name: commitments.Pool(ZERO, 0.0, 700.0) for name in every})
    for verdict in covered.judged().found:
        if verdict.resource.resource_type == "ec2:instance" and not finding_of(verdict).elsewhere:
            assert verdict.usd == 0


@given(companies())
@FEW
def test_no_two_counted_share_a_part_of_a_resource(company: Company) -> None:
    counted = [verdict for verdict in company.judged().found if verdict.counted]
    usage = [verdict for verdict in counted if verdict.check.type not in PURCHASES]
    parts = [
        (resource, part)
        for verdict in usage
        for resource in saves_from(verdict)
        for part in ([] if finding_of(verdict).elsewhere else finding_of(verdict).parts) or [ALL]
    ]
    assert len(parts) == len(set(parts))
    whole = {resource for resource, part in parts if part == ALL}
    assert not whole & {resource for resource, part in parts if part != ALL}
    bases = [name or verdict.id for verdict in counted for name in finding_of(verdict).base]
    assert len(bases) == len(set(bases))


@given(companies(), st.data())
@FEW
def test_what_is_set_aside_is_never_counted_and_leaves_the_count_as_if_it_were_not_there(company: Company, data: st.DataObject) -> None:
    ids = sorted(verdict.id for verdict in company.judged().found)
    aside = frozenset(data.draw(st.sets(st.sampled_from(ids)))) if ids else frozenset[str]()
    judgement = company.judged(aside)
    assert not [verdict.id for verdict in judgement.found if verdict.counted and verdict.id in aside]
    assert {verdict.id for verdict in judgement.found} == set(ids)
    left = []
    for one in company.made:
        own = f"{one.resource.resource_type.replace(':', '_')}:{':'.join(one.resource.key)}"
        left.append(replace(one, findings={check: found for check, found in one.findings.items() if f"{check}_{own}" not in aside}))
    without = replace(company, made=tuple(left)).judged()
    assert judgement.savings == without.savings
    assert {key: value for key, value in said(judgement).items() if value[1]} == {
        k: value for k, value in said(without).items() if value[1]
    }


@given(companies(), st.data())
@FEW
def test_verdicts_do_not_depend_on_the_order_of_the_inventory(company: Company, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(company.made))))
    assert said(company.judged(order=order)) == said(company.judged())


@given(companies())
@FEW
def test_resources_of_the_same_name_have_nothing_to_do_with_one_another(company: Company) -> None:
    """A database, a function and a bucket may have one name; people choose it."""
    renamed = tuple(
        replace(one, resource=replace(one.resource, resource_id=f"{one.resource.resource_type[:3]}-{one.resource.resource_id}"))
        if one.resource.resource_type in ("rds:db", "lambda:function", "s3:bucket")
        else one
        for one in company.made
    )
    assert company.judged().savings == replace(company, made=renamed).judged().savings
