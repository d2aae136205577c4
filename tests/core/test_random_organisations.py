"""Made-up organisations through the real checks: whatever they are like, what is counted is at most what a resource costs, and the bill."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import commitments, verdicts
from core.checks.contract import Facts, Finding, NotMeasured, Resource
from core.commitments import Pool
from core.prices import PriceList
from core.verdicts import Judgement
from tests.core.checks import made, made_commitments, made_lambda, made_rds, made_s3, test_ec2_spot
from tests.core.checks.made import CPU, IN, MEMORY, NOW, OUT, P99, flat
from tests.core.checks.made_commitments import PAYER, SPAN

SOME = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
EXACT = Decimal("0.000001")
PRICES = (*test_ec2_spot.SPOT_PRICES, *made.PRICES, *made_commitments.prices(), *made_lambda.PRICES, *made_rds.PRICES, *made_s3.PRICES)
ZERO = Decimal(0)
AGES = st.sampled_from((0.5, 1.0, 14.0, 30.0, 31.0, 100.0, 400.0, 401.0))
LOADS = st.sampled_from((0.0, 1.0, 4.9, 5.0, 12.0, 19.9, 20.0, 60.0))
NAMES = st.sampled_from(("orders", "shop-dev", made.NASTY, ""))
ENVIRONMENTS = st.sampled_from(({}, {"env": "dev"}, {"env": "prod"}, {"stateless": "true"}, {"aws:autoscaling:groupName": "web"}))
OPTIONAL = st.booleans()


@dataclass(frozen=True)
class Company:
    """An inventory and what is known beside it."""

    inventory: tuple[Resource, ...]
    facts: Facts

    def judged(self) -> Judgement:
        return verdicts.judged(self.inventory, self.facts, PAYER)


@st.composite
def machines(draw: st.DrawFn, number: int) -> list[Resource]:
    """An instance, in use, idle, too large or stopped, measured or not, with up to two volumes of its own."""
    ident, load = f"i-{number:017x}", draw(LOADS)
    series: dict[Any, Any] = {CPU: flat(load, draw(st.sampled_from((14, 14, 14, 9, 0))))}
    if draw(OPTIONAL):
        series |= {P99: flat(load * 2), IN: flat(draw(st.sampled_from((100.0, 5e5, 1e9)))), OUT: flat(100.0), MEMORY: flat(30.0)}
    stopped = draw(st.sampled_from((None, None, None, 10.0, 30.0, 90.0)))
    disks = [f"vol-{number:016x}{n}" for n in range(draw(st.integers(0, 2)))]
    more: dict[str, Any] = {"VolumeIds": disks, "created_at": NOW - timedelta(days=draw(AGES) + (stopped or 0)), "resource_id": ident}
    more |= {"name": draw(NAMES), "tags": draw(ENVIRONMENTS)}
    if stopped is not None:
        more |= {"state": "stopped", "StateTransitionReason": f"User initiated ({NOW - timedelta(days=stopped):%Y-%m-%d %H:%M:%S} GMT)"}
    if draw(st.integers(0, 5)) == 0:
        more["InstanceLifecycle"] = "spot"
    kind = draw(st.sampled_from(("m9.large", "m9.xlarge", "m9.2xlarge", "m5.large", "m5.xlarge", "m5.xlarge", "x9.unpriced")))
    attached: dict[str, Any] = {"state": "in-use", "InstanceIds": [ident], "DeleteOnTermination": draw(OPTIONAL)}
    return [made.instance(series, kind, **more), *(draw(volumes(disk, attached)) for disk in disks)]


@st.composite
def volumes(draw: st.DrawFn, ident: str, attached: Mapping[str, Any]) -> Resource:
    """A volume, on nothing where nothing is said of its being attached."""
    kind = draw(st.sampled_from(("gp2", "gp2", "gp3", "io1", "st1")))
    more = {"gp3": {"Iops": 5000, "Throughput": 200}, "io1": {"Iops": 1000}}.get(kind, {})
    return made.volume(
        draw(AGES), kind, draw(st.sampled_from((1, 4, 6, 100, 500))), resource_id=ident, name=draw(NAMES), **more, **attached
    )


@st.composite
def databases(draw: st.DrawFn, number: int) -> Resource:
    held = made_rds.series(draw(st.sampled_from((0.0, 1.0, 12.0, None))), draw(st.sampled_from((10.0, 50.0, 90.0, None))))
    more: dict[str, Any] = {
        "MultiAZ": draw(OPTIONAL),
        "StorageType": draw(st.sampled_from(("gp2", "gp3", "io1"))),
        "tags": draw(ENVIRONMENTS),
    }
    more |= {"created_at": NOW - timedelta(days=draw(AGES)), "state": draw(st.sampled_from(("available", "available", "stopped")))}
    ident = draw(st.sampled_from((f"db-{number}", f"shared-{number}")))
    return made_rds.database(held, resource_id=ident, name=draw(NAMES), AllocatedStorage=draw(st.sampled_from((20, 100, 1000))), **more)


@st.composite
def functions(draw: st.DrawFn, number: int) -> Resource:
    more: dict[str, Any] = {
        "Architectures": [draw(st.sampled_from(("x86_64", "arm64")))],
        "MemorySize": draw(st.sampled_from((128, 600, 1024))),
    }
    more |= {"Runtime": draw(st.sampled_from(("python3.12", "go1.x"))), "utilisation": draw(st.sampled_from((made_lambda.MONTH, {})))}
    ident = draw(st.sampled_from((f"function-{number}", f"shared-{number}")))
    return made_lambda.function(
        made_lambda.used(draw(st.sampled_from((None, 40.0, 300.0, 512.0)))), resource_id=ident, name=draw(NAMES), **more
    )


@st.composite
def buckets(draw: st.DrawFn, number: int) -> Resource:
    lost = [made_s3.upload(draw(st.sampled_from((7.0, 7.1, 90.0))), draw(st.sampled_from((None, 1.0, 80.0))))] if draw(OPTIONAL) else []
    rules = draw(st.sampled_from(([], [made_s3.RULE], [made_s3.OFF])))
    size = draw(st.sampled_from((None, 0.5, 1.0, 3000.0)))
    ident = draw(st.sampled_from((f"bucket-{number}", f"shared-{number}")))
    return made_s3.bucket(size, MultipartUploads=lost, LifecycleRules=rules, resource_id=ident, name=draw(NAMES))


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """A few of everything, an unused reservation now and then, and what Cost Explorer says of it."""
    held: list[Resource] = [made.group(), *draw(st.sampled_from(([], [made_commitments.reserved()], [made_commitments.plan()])))]
    for number in range(draw(st.integers(0, 5))):
        held += draw(machines(number))
    for number in range(draw(st.integers(0, 2))):
        held += [draw(volumes(f"vol-f{number:016x}", {})), draw(databases(number)), draw(functions(number)), draw(buckets(number))]
    used = {"5108873d-5c8e-069a-9c55-26728c0e9609": "0.6", "7bbae276-2811-81ce-ece7-5433734433a8": "0.8"}
    advice = [advised(one, draw(OPTIONAL)) for one in held if one.resource_type == "ec2:instance" and draw(OPTIONAL)]
    facts = made_commitments.known(held, draw(coverage(held)), listed=PRICES, used=used, recommended={"rightsizing": advice})
    return Company(tuple(held), replace(facts, prices=PriceList(PRICES), instance_types=made.TYPES))


def advised(one: Resource, ends: bool) -> dict[str, Any]:
    """What AWS recommends of an instance: to end it, or to make it smaller."""
    what = {"action": "TERMINATE", "target_type": ""} if ends else {"action": "MODIFY", "target_type": "m9.large"}
    where = {"account_id": one.account_id, "region": one.region, "resource_id": one.resource_id}
    return {**where, **what, "instance_type": one.attributes["InstanceType"], "saving": "50", "currency": "USD", "why": []}


@st.composite
def coverage(draw: st.DrawFn, held: Sequence[Resource]) -> Mapping[str, Pool] | None:
    """Nothing known; or of each pool, how many of its running instances are on demand: all, none, or some."""
    if draw(st.integers(0, 3)) == 0:
        return None
    members: dict[str, list[Resource]] = {}
    for one in held:
        kind = one.attributes.get("InstanceType") or one.attributes.get("DBInstanceClass")
        if kind and one.state in ("running", "available") and not one.attributes.get("InstanceLifecycle"):
            members.setdefault(commitments.pool_of(one.region, str(kind), commitments.system_of(one.attributes)), []).append(one)
    return {name: draw(pools(some)) for name, some in members.items() if draw(st.integers(0, 4))}


@st.composite
def pools(draw: st.DrawFn, some: Sequence[Resource]) -> Pool:
    """The use of some instances, of which the first are on demand and the rest covered, by Savings Plans or reservations."""
    kept = draw(st.sampled_from((0, len(some), math.ceil(len(some) / 2))))
    on_demand, covered = ([_hourly(one) for one in part] for part in (some[:kept], some[kept:]))
    types: dict[str, dict[Any, float]] = {}
    for one in some[:kept]:
        kind = str(one.attributes.get("InstanceType") or one.attributes.get("DBInstanceClass"))
        zones = "/Multi-AZUsage" if one.attributes.get("MultiAZ") else ""
        for day in SPAN:
            types.setdefault(f"{kind}{zones}", {}).setdefault(day, 0.0)
            types[f"{kind}{zones}"][day] += 24.0
    planned = draw(OPTIONAL)
    return Pool(
        sum(on_demand, ZERO) * 730,
        168.0 * len(on_demand),
        168.0 * len(covered),
        168.0 * len(covered) if planned else 0.0,
        sum(covered, ZERO) * 730 if planned else ZERO,
        draw(st.sampled_from((commitments.STAYS, commitments.FAMILY, commitments.ANYWHERE))) if planned else commitments.STAYS,
        dict.fromkeys(SPAN, sum(on_demand, ZERO) * 24),
        types,
        SPAN,
    )


def _hourly(one: Resource) -> Decimal:
    """USD an hour on demand, from the list of prices that the test was given; 0 where it has none."""
    kind, zones = one.attributes.get("InstanceType"), "Multi-AZUsage" if one.attributes.get("MultiAZ") else "InstanceUsage"
    key = f"BoxUsage:{kind}/RunInstances" if kind else f"{zones}:{one.attributes['DBInstanceClass']}/{made_rds.POSTGRES}"
    return next((price.usd for price in PRICES if price.key == key), ZERO)


def costs_of(judgement: Judgement) -> dict[tuple[str, str], Decimal | None]:
    return {(resource.resource_type, resource.resource_id): cost.usd for resource, cost in judgement.costs}


@given(companies())
@SOME
def test_what_is_counted_on_a_resource_is_at_most_what_it_costs(company: Company) -> None:
    judgement = company.judged()
    costs, saved = costs_of(judgement), dict[tuple[str, str], Decimal]()
    for verdict in (verdict for verdict in judgement.found if verdict.counted):
        assert isinstance(verdict.answer, Finding)
        kind = verdict.resource.resource_type.replace("ce:rightsizing", "ec2:instance")
        shares = {("ec2:volume", volume): usd for volume, usd in verdict.answer.elsewhere.items()}
        if shares:
            assert verdict.usd <= sum(shares.values()) + EXACT
            assert all(usd <= (costs.get(volume) or ZERO) + EXACT for volume, usd in shares.items())
            saved |= {volume: saved.get(volume, ZERO) + usd for volume, usd in shares.items()}
        else:
            where = kind, verdict.resource.resource_id
            saved[where] = saved.get(where, ZERO) + verdict.usd
    for resource, usd in saved.items():
        if (cost := costs.get(resource)) is not None:
            assert usd <= cost + EXACT


@given(companies())
@SOME
def test_the_total_is_at_most_the_bill(company: Company) -> None:
    judgement = company.judged()
    fees = [verdict for verdict in judgement.found if verdict.check.id == "commitment_unused"]
    bill = sum((cost.usd or ZERO for _, cost in judgement.costs), ZERO) + sum((verdict.cost or ZERO for verdict in fees), ZERO)
    assert 0 <= judgement.savings <= bill + EXACT


@given(companies())
@SOME
def test_each_saving_is_at_most_what_it_is_alone_and_commitments_only_lessen_it(company: Company) -> None:
    for verdict in company.judged().found:
        assert isinstance(verdict.answer, Finding)
        assert 0 <= verdict.usd <= verdict.alone <= max(ZERO, verdict.answer.monthly_savings or ZERO)
        assert verdict.cost is None or verdict.usd <= verdict.cost + EXACT


@given(companies())
@SOME
def test_no_check_stumbles(company: Company) -> None:
    said = [verdict.answer.reason for verdict in company.judged().lacking if isinstance(verdict.answer, NotMeasured)]
    assert not [reason for reason in said if "failed on it" in reason]


@given(companies())
@SOME
def test_where_everything_is_covered_ending_hours_saves_nothing(company: Company) -> None:
    names = {name for one in company.inventory if (name := commitments.pool_of_resource(one))}
    covered = replace(company.facts, pools={name: Pool(covered_hours=168.0, span=SPAN) for name in names})
    for verdict in replace(company, facts=covered).judged().found:
        if verdict.check.id in (
            "ec2_idle",
            "ec2_underutilized",
            "ec2_spot",
            "ec2_reserved",
            "savings_plan",
            "rds_reserved",
            "ce_rightsizing",
        ):
            assert verdict.usd == 0


@given(companies(), st.data())
@SOME
def test_the_order_of_the_inventory_is_of_no_matter(company: Company, data: st.DataObject) -> None:
    shuffled = replace(company, inventory=tuple(data.draw(st.permutations(company.inventory))))
    one, other = ({verdict.id: (verdict.usd, verdict.counted) for verdict in each.judged().found} for each in (company, shuffled))
    assert one == other
