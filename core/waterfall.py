"""Which savings the total takes, so that no dollar is counted twice. It is pure.

Findings that save from the same part of the same resource exclude one another, and of all ways to choose among them the one that saves
most is taken. Purchases of commitments come after that: each is worth what the chosen findings leave of the use that it would cover.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal

ResourceKey = tuple[str, str, str]
"""Account, region and id."""

Part = tuple[ResourceKey, str]
"""A part of what a resource costs; "" is all of it."""

ALL = ""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Saving:
    """What a finding would save a month by itself, USD, from which parts; `rank` decides between equals, the lower the earlier.

    `leaves` says how much use on demand, USD, leaves which pool of commitments. A purchase has a `base` instead of parts: the use on
    demand, USD, that it would cover, by pool or resource.
    """

    key: str
    rank: int
    usd: Decimal
    takes: Mapping[Part, Decimal] = field(default_factory=dict)
    leaves: Mapping[str, Decimal] = field(default_factory=dict)
    base: Mapping[str, Decimal] = field(default_factory=dict)


Excludes = Callable[[Saving, Saving], bool]


def chosen(savings: Iterable[Saving]) -> dict[str, Decimal]:
    """The best choice in which none excludes another: USD by key. A purchase is worth what the others leave of its base."""
    every = sorted(savings, key=lambda saving: (saving.rank, saving.key))
    usage = _best([saving for saving in every if not saving.base], _overlaps)
    gone: dict[str, Decimal] = {}
    for saving in usage:
        for name, usd in saving.leaves.items():
            gone[name] = gone.get(name, ZERO) + usd
    left = {saving.key: _remaining(saving, gone) for saving in every if saving.base}
    purchases = _best([saving for saving in every if saving.base], _same_base, left)
    return {saving.key: saving.usd for saving in usage} | {saving.key: left[saving.key] for saving in purchases}


def _remaining(saving: Saving, gone: Mapping[str, Decimal]) -> Decimal:
    """Its saving in proportion to what is left of its base."""
    whole = sum(saving.base.values(), ZERO)
    rest = sum((max(ZERO, usd - gone.get(name, ZERO)) for name, usd in saving.base.items()), ZERO)
    return saving.usd * rest / whole if whole else ZERO


def _overlaps(one: Saving, other: Saving) -> bool:
    """Whether the two save from the same part of a resource."""
    parts: dict[ResourceKey, set[str]] = {}
    for resource, part in one.takes:
        parts.setdefault(resource, set()).add(part)
    return any(resource in parts and (part == ALL or parts[resource] & {part, ALL}) for resource, part in other.takes)


def _same_base(one: Saving, other: Saving) -> bool:
    return not one.base.keys().isdisjoint(other.base)


def _best(savings: Sequence[Saving], excludes: Excludes, worth: Mapping[str, Decimal] | None = None) -> list[Saving]:
    """The choice that saves most; of equals the one with the earlier types. What saves nothing is added where nothing excludes it."""
    value = {saving.key: saving.usd if worth is None else worth[saving.key] for saving in savings}
    places = _places(savings)
    against: dict[int, set[int]] = {n: set() for n in range(len(savings))}
    for together in places.values():
        for n in together:
            against[n] |= {m for m in together if m != n and excludes(savings[n], savings[m])}
    paying = frozenset(n for n in against if value[savings[n].key] > 0)
    taken = {n for group in _groups(paying, against) for n in _heaviest(group, against, [value[saving.key] for saving in savings])}
    for n in against:
        if n not in taken and n not in paying and against[n].isdisjoint(taken):
            taken.add(n)
    return [savings[n] for n in sorted(taken)]


def _places(savings: Sequence[Saving]) -> Mapping[object, list[int]]:
    """Which savings touch a resource or a base at all: only these can exclude one another."""
    found: dict[object, list[int]] = {}
    for n, saving in enumerate(savings):
        for place in {resource for resource, _ in saving.takes} | set(saving.base):
            found.setdefault(place, []).append(n)
    return found


def _groups(nodes: Set[int], against: Mapping[int, Set[int]]) -> Iterable[frozenset[int]]:
    """The nodes in groups between which nothing excludes anything."""
    left = set(nodes)
    while left:
        group, new = set[int](), {min(left)}
        while new:
            group |= new
            new = {m for n in new for m in against[n] if m in left} - group
        left -= group
        yield frozenset(group)


def _heaviest(group: frozenset[int], against: Mapping[int, Set[int]], value: Sequence[Decimal]) -> list[int]:
    """The heaviest independent set of a group, exactly: with or without the node that excludes most others, and so on."""
    centre = max(group, key=lambda n: (len(against[n] & group), -n), default=None)
    if centre is None or not against[centre] & group:
        return sorted(group)
    choices = []
    for first, rest in (([centre], group - against[centre] - {centre}), ([], group - {centre})):
        choices.append(sorted([*first, *(n for part in _groups(rest, against) for n in _heaviest(part, against, value))]))
    return min(choices, key=lambda some: (-sum((value[n] for n in some), ZERO), some))
