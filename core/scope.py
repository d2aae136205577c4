"""What a collection is limited to, where not everything is wanted."""

import re
from dataclasses import dataclass
from datetime import date

from core.errors import SettingError
from core.models import month_after
from core.services import SERVICES, service
from core.settings import REGION_CODE

MONTHS_BACK = 13
"""How many whole months before the open one Cost Explorer is asked for at most."""


@dataclass(frozen=True)
class Scope:
    """Days `start` to `end`, both included, of which the whole months are read; service labels and regions, of which none means all.

    `services` limit whose resources are listed. Costs are always those of all services and regions, so that they add up to AWS's total.
    """

    start: date
    end: date
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def has_month(self, month: date) -> bool:
        """Whether any day of the month that begins then is wanted."""
        return month_after(self.start) <= month <= self.end

    def has_service(self, label: str) -> bool:
        """Whether the resources of a service are wanted."""
        return not self.services or label in self.services

    def has_region(self, region: str) -> bool:
        """Whether the resources of a region are wanted."""
        return not self.regions or region in self.regions


def scope(start: date, end: date, services: tuple[str, ...], regions: tuple[str, ...], as_of: date) -> Scope:
    """A scope, with services under the labels that pages have. Raises SettingError for what can't be collected."""
    if start > end:
        raise SettingError(f"The period ends before it begins: {start} to {end}.", "Swap the two days; both are included.")
    if start > as_of:
        raise SettingError(f"The period begins on {start}, after today, {as_of}.", "Only days before today have costs.")
    first = month_after(as_of, -MONTHS_BACK)
    if start < first:
        raise SettingError(f"The period begins on {start}; Cost Explorer is asked from {first} on.", "Import a bill for earlier months.")
    unknown = [name for name in services if name.lower() not in SERVICES]
    if unknown:
        raise SettingError(f"There is no AWS service “{unknown[0]}”.", "Name it as pages do, for example EC2 or RDS, or as AWS does.")
    strange = [name for name in regions if not re.fullmatch(REGION_CODE, name)]
    if strange:
        raise SettingError(f"“{strange[0]}” is no region's code.", "Codes look like us-east-1.")
    return Scope(start, end, tuple(dict.fromkeys(service(name).label for name in services)), tuple(dict.fromkeys(regions)))
