"""One view of the costs as a link carries it: parsing, checking and writing the URL's parameters. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from core.models import DIMENSIONS, DRILL_ORDER, FILTER_BAR, TAG_PREFIX, CostType, Filters, Grain
from core.store.queries import Coverage

NONE = "(none)"
"""How a link and the page write "has none"; in the store it is the empty string."""

DRILLED = ("usage_type", "resource")
_SELECTABLE = (*(dimension.key for dimension in FILTER_BAR), *DRILLED)
DEFAULT_GROUP = "service"
DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Known:
    """What a link can refer to: the span of the figures and every value of the filter bar's dimensions."""

    coverage: Coverage
    values: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Choice:
    """Something that a page lets one choose beside the filter bar: the URL's parameter, and the values that it can have.

    `several` at once, of which none means all, or one. `default`, one or several, holds until others are chosen. Without `values` any text
    will do, or any that `reads` makes a value of, such as a number or a day; of other text it raises ValueError. One that isn't `lasting`,
    such as an open card, is forgotten on another page.
    """

    name: str
    values: tuple[str, ...] = ()
    several: bool = False
    default: str | tuple[str, ...] = ""
    lasting: bool = True
    reads: Callable[[str], Any] = str

    @property
    def at_first(self) -> tuple[str, ...]:
        """What is chosen until somebody chooses."""
        return self.default if isinstance(self.default, tuple) else (self.default,) if self.default else ()

    def allows(self, text: str) -> bool:
        """Whether a link may say so."""
        try:
            self.reads(text)
        except ValueError:
            return False
        return not self.values or text in self.values


@dataclass(frozen=True)
class View:
    """What the page shows: the filters, whether the period before stands beside them, grouping and grain.

    `own` holds what pages let one choose beside the bar, of all pages, so that it is still there on the way back to one.
    """

    filters: Filters
    compare: bool = True
    group: str = DEFAULT_GROUP
    grain: Grain = Grain.DAY
    own: Mapping[Choice, tuple[str, ...]] = field(default_factory=dict)

    def chosen(self, choice: Choice) -> tuple[str, ...]:
        """What is chosen, or the default."""
        return self.own.get(choice, choice.at_first)

    def value(self, choice: Choice) -> Any:
        """What is chosen of a choice of one, as it reads it; None where nothing is."""
        return next(map(choice.reads, self.chosen(choice)), None)

    def choosing(self, choice: Choice, values: Sequence[str]) -> "View":
        """This view with other values of one choice; the default is as good as none."""
        rest = {other: kept for other, kept in self.own.items() if other != choice}
        said = () if set(values) == set(choice.at_first) else tuple(values)
        return replace(self, own={**rest, **({choice: said} if said else {})})

    def drilled(self, values: Sequence[str]) -> "View":
        """One level down: only these values of the present grouping, grouped by the next dimension that still divides them."""
        selected = {**self.filters.selected, self.group: tuple(values)}
        filters = replace(self.filters, selected=selected)
        return replace(self, filters=filters, group=self.group if len(values) > 1 else next_group(self.group, selected))

    def encoded(self, choices: Sequence[Choice] = ()) -> dict[str, list[str]]:
        """The URL's parameters on a page with these choices; days, cost type and currency always stand there, so a link never drifts."""
        filters = self.filters
        params = {
            "from": [filters.start.isoformat()],
            "to": [filters.end.isoformat()],
            "compare": ["on" if self.compare else "off"],
            "cost": [filters.cost_type.value],
            "currency": [filters.currency],
            "group": [self.group],
            "grain": [self.grain.value],
        }
        for key, values in filters.selected.items():
            if not values:
                continue
            if key.startswith(TAG_PREFIX):
                tag = key.removeprefix(TAG_PREFIX)
                params.setdefault("tag", []).extend(f"{tag}={value or NONE}" for value in values)
            else:
                params[key] = [value or NONE for value in values]
        return params | {choice.name: list(self.own[choice]) for choice in choices if choice in self.own}


def next_group(group: str, selected: Mapping[str, Sequence[str]]) -> str:
    """The dimension to look at after one value of `group` was chosen."""
    start = DRILL_ORDER.index(group) + 1 if group in DRILL_ORDER else 0
    later = [key for key in DRILL_ORDER[start:] if len(selected.get(key, ())) != 1]
    return later[0] if later else "resource"


def default_view(coverage: Coverage) -> View:
    """The last days with figures, in the currency of most rows."""
    start = max(coverage.first, coverage.last - timedelta(days=DEFAULT_DAYS - 1))
    return View(Filters(start, coverage.last, coverage.currencies[0]))


def natural_grain(filters: Filters) -> Grain:
    """Days for a quarter, weeks for a year, months beyond."""
    return Grain.DAY if filters.days <= 92 else Grain.WEEK if filters.days <= 200 else Grain.MONTH


def parse(params: Mapping[str, Sequence[str]], known: Known, choices: Sequence[Choice] = ()) -> tuple[View, list[str]]:
    """The view that a link to a page with these choices asks for, and a sentence for each parameter that can't be followed."""
    reader = _Reader(params, known)
    base = default_view(known.coverage)
    start, end = reader.period(base.filters.start, base.filters.end)
    filters = Filters(
        start,
        end,
        reader.choice("currency", known.coverage.currencies, base.filters.currency),
        CostType(reader.choice("cost", [cost_type.value for cost_type in CostType], base.filters.cost_type.value)),
        reader.selected(),
    )
    view = View(
        filters,
        compare=reader.choice("compare", ("on", "off"), "on") == "on",
        group=reader.group(),
        grain=Grain(reader.choice("grain", [grain.value for grain in Grain], natural_grain(filters).value)),
    )
    for choice in choices:
        view = view.choosing(choice, reader.own(choice))
    return view, reader.problems


@dataclass
class _Reader:
    params: Mapping[str, Sequence[str]]
    known: Known
    problems: list[str] = field(default_factory=list)

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = next(iter(self.params.get(name, ())), default)
        if value in allowed:
            return value
        self.problems.append(f"The link's {name} “{value}” isn't one of {', '.join(allowed)}; {default} is shown instead.")
        return default

    def own(self, choice: Choice) -> tuple[str, ...]:
        asked = tuple(dict.fromkeys(self.params.get(choice.name, ())))
        asked = asked if choice.several else asked[:1]
        held = tuple(value for value in asked if choice.allows(value))
        for value in asked:
            if value not in held:
                why = f"isn't one of {', '.join(choice.values)}" if choice.values else "can't be used"
                self.problems.append(f"The link's {choice.name} “{value}” {why}; it is left out.")
        return held

    def period(self, start: date, end: date) -> tuple[date, date]:
        start, end = self._day("from", start), self._day("to", end)
        if start > end:
            self.problems.append(f"The link's period ends before it begins ({start} to {end}); the two days are swapped.")
            start, end = end, start
        span = self.known.coverage
        if end < span.first or start > span.last:
            self.problems.append(f"There are figures from {span.first} to {span.last} only; the link asks for {start} to {end}.")
        return start, end

    def _day(self, name: str, default: date) -> date:
        value = next(iter(self.params.get(name, ())), "")
        try:
            day = date.fromisoformat(value) if value else default
        except ValueError:
            self.problems.append(f"The link's “{name}” is “{value}”, which is no date like {default}; {default} is shown instead.")
            return default
        if not 2000 <= day.year < 2100:
            self.problems.append(f"The link's “{name}” is {day}, which is out of range; {default} is shown instead.")
            return default
        return day

    def group(self) -> str:
        value = next(iter(self.params.get("group", ())), DEFAULT_GROUP)
        if value in DIMENSIONS or (value.startswith(TAG_PREFIX) and len(value) > len(TAG_PREFIX)):
            return value
        return self.choice("group", list(DIMENSIONS), DEFAULT_GROUP)

    def selected(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for key in _SELECTABLE:
            values = tuple("" if value == NONE else value for value in dict.fromkeys(self.params.get(key, ())))
            if key in self.known.values:
                values = self._existing(key, values)
            if values:
                found[key] = values
        for tag in self.params.get("tag", ()):
            name, mark, value = tag.partition("=")
            if not (name and mark):
                self.problems.append(f"The link's tag “{tag}” isn't of the form key=value; it is left out.")
                continue
            found[TAG_PREFIX + name] = (*found.get(TAG_PREFIX + name, ()), "" if value == NONE else value)
        return found

    def _existing(self, key: str, values: Sequence[str]) -> tuple[str, ...]:
        unknown = [value for value in values if value not in self.known.values[key]]
        if unknown:
            dimension = DIMENSIONS[key]
            self.problems.append(
                f"The link asks for the {dimension.label.lower()} “{unknown[0] or NONE}”, which no figures have; it is left out."
            )
        return tuple(value for value in values if value not in unknown)
