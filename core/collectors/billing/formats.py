"""How one export format becomes FOCUS rows: its columns, and a SQL expression for each column of `line_items`.

The expressions see every source column as text under one spelling (empty where the file has none), so they are
constants: nothing of a file's content or header is ever part of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.collectors.billing.files import ExportFile
from core.services import DESCRIPTION_RULES, EBS, EC2_LABEL, OWN_TRANSFER, PROVIDERS, SERVICES, TAX, USAGE_TYPE_RULES

MONEY_SCALE = 18


@dataclass(frozen=True)
class ExportFormat:
    """A format as found in one file.

    `known` are all source columns that the expressions may name, `columns` maps those that the file has to its own
    spellings, of which a row's first that isn't empty counts; `targets` maps columns of `line_items` to SQL over our
    spellings; `amounts` and `dates` must parse in every row (amounts may be blank where `may_be_blank` holds), and
    `optional_amounts` wherever they aren't blank; `measures` are the columns of `line_items` that hold the file's own
    costs as they stand, by cost type, to reconcile against; `needed` are columns that the file lacks, each with SQL that is
    true for a row whose amounts would be wrong without it; `steps` are columns that the targets build on, each of which
    may build on those of the steps before; `tag_columns` are tags that have a column each.
    """

    kind: str
    name: str
    known: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, str]
    amounts: tuple[str, ...]
    dates: tuple[str, ...]
    measures: Mapping[str, str]
    account: str
    provider: str
    currency: str
    steps: tuple[Mapping[str, str], ...] = ()
    optional_amounts: tuple[str, ...] = ()
    may_be_blank: str = "false"
    needed: Mapping[str, str] = field(default_factory=dict)
    tag_columns: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()

    @property
    def spellings(self) -> list[str]:
        """Every column of the file that is read, under the file's own name."""
        return [*dict.fromkeys(name for held in self.columns.values() for name in held), *self.tag_columns]


def text(column: str) -> str:
    """SQL for a cell of any spelling of nothing ('', NULL, null) as the empty string."""
    return f"if({column} IN ('NULL', 'null', '\\\\N'), '', {column})"


def amount(column: str) -> str:
    """SQL for a cell as an exact decimal, or NULL where it is empty or no number."""
    return f"toDecimal128OrNull(trimBoth({column}), {MONEY_SCALE})"


def moment(column: str) -> str:
    """SQL for a cell as a UTC time, or NULL. Slashed dates are month first, as Azure writes them."""
    return (
        f"if(match({column}, '^[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}'), "
        f"toDateTime64(parseDateTimeBestEffortUSOrNull({column}, 'UTC'), 0, 'UTC'), "
        f"parseDateTime64BestEffortOrNull({column}, 0, 'UTC'))"
    )


def json_tags(column: str) -> str:
    """SQL for a tag cell as (key, value) pairs: a JSON object, one that lacks its braces, or a list of key and value."""
    return f"""if(startsWith({column}, '['),
        arrayMap(t -> (t.1, t.2), JSONExtract({column}, 'Array(Tuple(key String, value String))')),
        JSONExtractKeysAndValues(if({column} = '' OR startsWith({column}, '{{'), {column}, concat('{{', {column}, '}}')), 'String'))"""


def tag_map(pairs: str) -> str:
    """SQL for (key, value) pairs as the map we keep; AWS's `user:` and `user_` marks go, so that a tag has one name everywhere."""
    held = f"arrayFilter(t -> t.1 != '' AND t.2 != '', {pairs})"
    keys = f"arrayMap(t -> if(startsWith(t.1, 'user:') OR startsWith(t.1, 'user_'), substring(t.1, 6), t.1), {held})"
    return f"CAST(mapFromArrays({keys}, arrayMap(t -> t.2, {held})), 'Map(LowCardinality(String), String)')"


def provider_label(column: str) -> str:
    """SQL for a provider's name as we show it."""
    return f"transform(lowerUTF8(trimBoth({column})), {{provider_names:Array(String)}}, {{provider_labels:Array(String)}}, {column})"


def service_steps(*, name: str, usage_type: str, category: str, description: str, resource_type: str) -> tuple[dict[str, str], ...]:
    """SQL for `service_label` and `known_group` (empty if the vocabulary has none); the names are core.services', passed as parameters.

    Each step is worked out before the next, so that the long lists are looked through once.
    Names and usage types repeat, so it's done once for each distinct one.
    """
    known = f"transform(toLowCardinality(lower({name})), {{service_names:Array(String)}}, {{service_labels:Array(String)}}, '')"
    transfers = ", ".join(f"'{own}'" for own in OWN_TRANSFER)
    split = f"{usage_type} != '' AND known_service NOT IN ({transfers})"
    unsplit = f"{usage_type} = '' AND known_service = '{EC2_LABEL}'"
    cases = [f"{category} = '{TAX.group}', '{TAX.label}'"]
    cases += [
        f"{split} AND match(toLowCardinality({usage_type}), '{_escaped(rule)}'), '{service.label}'" for rule, service in USAGE_TYPE_RULES
    ]
    cases += [f"{unsplit} AND {resource_type} IN ('volume', 'snapshot'), '{EBS.label}'"]
    rules = ", ".join(f"'{_escaped(rule)}'" for rule, _ in DESCRIPTION_RULES)
    labels = ", ".join(f"'{service.label}'" for _, service in DESCRIPTION_RULES)
    said = f"arrayElement(['{EC2_LABEL}', {labels}], 1 + multiMatchAnyIndex({description}, [{rules}]))"
    label = f"multiIf({', '.join(cases)}, {unsplit}, {said}, known_service != '', known_service, {name})"
    group = "transform(toLowCardinality(service_label), {group_labels:Array(String)}, {groups:Array(String)}, '')"
    return {"known_service": known}, {"service_label": label}, {"known_group": group}


def service_group(otherwise: str) -> str:
    """SQL for the group of a service; one that isn't in the vocabulary is in the group its bill says."""
    return f"if(known_group != '', known_group, {otherwise})"


def vocabulary() -> dict[str, Any]:
    """The query parameters that the expressions above refer to."""
    services = sorted(set(SERVICES.values()))
    return {
        "provider_names": list(PROVIDERS),
        "provider_labels": list(PROVIDERS.values()),
        "service_names": list(SERVICES),
        "service_labels": [service.label for service in SERVICES.values()],
        "group_labels": [service.label for service in services],
        "groups": [service.group for service in services],
    }


def readable(file: ExportFile) -> dict[str, str]:
    """The file's columns that can be read, by their name in lower case."""
    return {name.lower(): name for name, kind in file.columns.items() if kind}


def _escaped(pattern: str) -> str:
    return pattern.replace("\\", "\\\\")
