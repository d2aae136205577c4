"""Every check asked of every resource, none counted twice, net of commitments. It is pure: resources and facts come in, verdicts go out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from core import checks, commitments, pools, reckoning, waterfall
from core.checks.contract import PURCHASES, TYPES, Answer, Check, Facts, Finding, NotMeasured, Resource
from core.commitments import Claim, Net
from core.reckoning import Reckoning
from core.waterfall import ALL, ZERO, ResourceKey, Saving

STUMBLES = (ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError)
"""What code raises over attributes that aren't as AWS documents them, or over a check that isn't as it should be."""

HOURS = "Hrs"
"""The unit of what reservations and Savings Plans cover."""

_GOES = ("idle_resources", "spot_migration")
"""Types after which nothing is left on demand that a commitment could cover."""
_UNIQUE = ("ec2:", "ce:")
"""Types of resources whose ids no other has."""

_POOLED = {"ec2:instance", "ce:rightsizing", "rds:db"}


@dataclass(frozen=True)
class Verdict:
    """A finding on a resource, or why there is none.

    `usd` is what it saves a month, net of commitments: of one that is counted what the total takes, of another what it would save alone.
    `alone` is what it would save if it were the only one, before commitments; `cost` what its subject costs, None where that isn't known.
    """

    check: Check
    resource: Resource
    answer: Finding | NotMeasured
    usd: Decimal = ZERO
    alone: Decimal = ZERO
    cost: Decimal | None = None
    confidence: float = 0.0
    commitments: str = ""
    counted: bool = False

    @property
    def id(self) -> str:
        """The same in every run."""
        return f"{self.check.id}:{self.resource.account_id}:{self.resource.region}:{self.resource.resource_id}"


@dataclass(frozen=True)
class Judgement:
    """All that was said of an inventory, and what each of its resources costs, where that can be known at all."""

    verdicts: tuple[Verdict, ...]
    costs: tuple[tuple[Resource, Reckoning], ...]

    @property
    def found(self) -> list[Verdict]:
        """The findings."""
        return [verdict for verdict in self.verdicts if isinstance(verdict.answer, Finding)]

    @property
    def lacking(self) -> list[Verdict]:
        """What couldn't be judged."""
        return [verdict for verdict in self.verdicts if isinstance(verdict.answer, NotMeasured)]

    @property
    def savings(self) -> Decimal:
        """USD a month of what the total counts."""
        return total(self.found)


def total(found: Iterable[Verdict]) -> Decimal:
    """USD a month of the counted ones."""
    return sum((verdict.usd for verdict in found if verdict.counted), ZERO)


def judged(inventory: Sequence[Resource], facts: Facts, payer: str, set_aside: Set[str] = frozenset()) -> Judgement:
    """Ask every check. Findings whose id is `set_aside` (dismissed, or done) are never counted, and leave the count to the next best."""
    by_type: dict[str, list[Resource]] = {}
    for resource in inventory:
        by_type.setdefault(resource.resource_type, []).append(resource)
    facts = replace(facts, resources=by_type)
    costs = [(resource, cost) for resource in inventory if (cost := _cost(resource, facts)) is not None]
    known = {_key(resource): cost.usd for resource, cost in costs if cost.usd is not None}
    subjects = [*inventory, *pools.derived(inventory, facts, payer)]
    verdicts = [replace(verdict, cost=_subject(verdict, known)) for subject in subjects for verdict in _asked(subject, facts)]
    return Judgement(tuple(_settled(verdicts, known, facts.pools, set_aside)), tuple(costs))


def _asked(subject: Resource, facts: Facts) -> Iterator[Verdict]:
    for check in checks.discovered():
        if subject.resource_type in check.resource_types:
            answer = _answer(check, subject, facts)
            if answer is not None:
                yield Verdict(check, subject, answer, alone=_alone(answer))


def _answer(check: Check, subject: Resource, facts: Facts) -> Answer:
    """A check that stumbles over one resource says nothing of it and spoils nothing else."""
    try:
        return check.find(subject, facts)
    except STUMBLES as error:
        return NotMeasured(f"The check failed on it: {type(error).__name__}: {error}")


def _cost(resource: Resource, facts: Facts) -> Reckoning | None:
    try:
        return reckoning.cost_of(
            resource.resource_type, resource.region, resource.state, resource.attributes, resource.utilisation, facts.prices
        )
    except STUMBLES as error:
        return Reckoning(lacking=f"no cost, since AWS's answer about it can't be read: {type(error).__name__}")


def _alone(answer: Finding | NotMeasured) -> Decimal:
    """What it saves at on-demand prices: nothing where that isn't known, and never more than its subject costs."""
    if isinstance(answer, NotMeasured) or answer.monthly_savings is None or answer.cost.usd is None:
        return ZERO
    saved = max(ZERO, min(answer.monthly_savings, answer.cost.usd))
    return min(saved, sum(answer.base.values(), ZERO)) if answer.base else saved


def _subject(verdict: Verdict, known: Mapping[ResourceKey, Decimal]) -> Decimal | None:
    """What the whole resource costs, where that is known, else what the finding says that its part of it costs."""
    if not isinstance(verdict.answer, Finding) or verdict.answer.cost.usd is None:
        return None
    if verdict.answer.elsewhere:
        return verdict.answer.cost.usd
    return max(verdict.answer.cost.usd, known.get(_key(verdict.resource), ZERO))


def _settled(
    verdicts: Sequence[Verdict], known: Mapping[ResourceKey, Decimal], covered: "Mapping[str, commitments.Pool] | None", set_aside: Set[str]
) -> Iterator[Verdict]:
    """What each is worth: chosen, net of commitments, and within what the resources cost."""
    found = {verdict.id: verdict for verdict in verdicts if isinstance(verdict.answer, Finding)}
    counted = waterfall.chosen(_saving(verdict) for verdict in found.values() if verdict.id not in set_aside)
    claims = [claim for verdict in found.values() for claim in _claims(verdict, counted=verdict.id in counted)]
    net = commitments.net(claims, covered)
    room = dict(known)
    for verdict in sorted(verdicts, key=lambda verdict: verdict.id not in counted):
        if verdict.id not in found:
            yield verdict
            continue
        usd = _net(verdict, counted.get(verdict.id, verdict.alone), net.get(verdict.id))
        if verdict.id in counted:
            usd = _within(verdict, usd, room)
        yield _worth(verdict, usd, net.get(verdict.id), counted=verdict.id in counted)


def _saving(verdict: Verdict) -> Saving:
    finding, own = _finding(verdict), _key(verdict.resource)
    # Of equals the earlier type counts, and of one type ours before what AWS recommends.
    rank = 2 * TYPES.index(verdict.check.type) + (verdict.resource.resource_type == pools.RIGHTSIZING)
    if verdict.check.type in PURCHASES:
        base = {name or _own(own): usd for name, usd in finding.base.items()}
        return Saving(verdict.id, rank, verdict.alone, base=base)
    return Saving(verdict.id, rank, verdict.alone, takes=_takes(verdict), leaves=_leaves(verdict))


def _takes(verdict: Verdict) -> dict[waterfall.Part, Decimal]:
    finding, (account, region, ident) = _finding(verdict), _key(verdict.resource)
    if finding.elsewhere:
        return {((account, region, other), ALL): usd for other, usd in finding.elsewhere.items()}
    parts = finding.parts or {ALL: verdict.alone}
    return {((account, region, ident), part): usd for part, usd in parts.items()}


def _leaves(verdict: Verdict) -> dict[str, Decimal]:
    """The use on demand that a commitment could have covered and that goes: of the resource's own, and of its pool's."""
    if verdict.resource.resource_type not in _POOLED:
        return {}
    gone = _hours_gone(verdict)
    pool = commitments.pool_of_resource(verdict.resource)
    return {_own(_key(verdict.resource)): gone, **({pool: gone} if pool else {})}


def _hours_gone(verdict: Verdict) -> Decimal:
    """USD a month of hours on demand that it ends; all of them where the use moves away from on demand."""
    finding = _finding(verdict)
    left = ZERO if verdict.check.type in _GOES or finding.after is None else _hours(finding.after)
    return max(ZERO, _hours(finding.cost) - left)


def _hours(cost: Reckoning) -> Decimal:
    return sum((line.usd for line in cost.lines if line.price.unit == HOURS), ZERO)


def _claims(verdict: Verdict, *, counted: bool) -> Iterator[Claim]:
    """What commitments have a say in: the hours that a finding about an instance or a database ends."""
    if verdict.resource.resource_type in _POOLED and verdict.check.type not in PURCHASES and verdict.alone:
        pool, gone = commitments.pool_of_resource(verdict.resource), _hours_gone(verdict)
        if pool and gone:
            yield Claim(pool, gone, counted, verdict.id)


def _net(verdict: Verdict, usd: Decimal, net: Net | None) -> Decimal:
    """Less what the freed commitment leaves to be paid: the hours that it ends count only as far as they were or become on demand."""
    return usd if net is None else max(ZERO, usd - (_hours_gone(verdict) - net.usd))


def _within(verdict: Verdict, usd: Decimal, room: dict[ResourceKey, Decimal]) -> Decimal:
    """No more than the resources cost that it saves from, of what others have left of that; it takes it from there."""
    if not (takes := _taken_from(verdict)):
        return usd
    allowed = ZERO
    for key, share in takes.items():
        most = usd * share
        allowed += min(most, room.get(key, most))
        room[key] = max(ZERO, room.get(key, most) - most)
    return min(usd, allowed)


def _taken_from(verdict: Verdict) -> dict[ResourceKey, Decimal]:
    """Of which resources it saves which share."""
    finding = _finding(verdict)
    if finding.base:
        return {_key(verdict.resource): Decimal(1)} if ALL in finding.base else {}
    if not finding.elsewhere:
        return {_key(verdict.resource): Decimal(1)}
    account, region, _ = _key(verdict.resource)
    whole = sum(finding.elsewhere.values(), ZERO)
    return {(account, region, other): usd / whole for other, usd in finding.elsewhere.items() if whole}


def _worth(verdict: Verdict, usd: Decimal, net: Net | None, *, counted: bool) -> Verdict:
    finding = _finding(verdict)
    confidence = finding.confidence * (net.confidence if net else 1.0)
    return replace(verdict, usd=usd, counted=counted, confidence=confidence, commitments=net.said if net else "")


def _key(resource: Resource) -> ResourceKey:
    """Which resource a finding is about. EC2's ids are AWS's own, and AWS's recommendations are about the same; other names people choose,
    so that a database and a function may have one."""
    ident = resource.resource_id if resource.resource_type.startswith(_UNIQUE) else f"{resource.resource_type}\x1f{resource.resource_id}"
    return resource.account_id, resource.region, ident


def _finding(verdict: Verdict) -> Finding:
    if not isinstance(verdict.answer, Finding):
        raise TypeError("only a finding saves anything")
    return verdict.answer


def _own(key: ResourceKey) -> str:
    """The name of a resource's own use, where no pool's name can be the same."""
    return "\x1f".join(key)
