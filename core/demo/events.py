"""Changes put into the bill on purpose, each of another kind, all on days that have settled."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.demo import prices
from core.demo.fleets import ACCOUNTS, LEDGER, PLANS, REGIONS, SYDNEY, VIRGINIA
from core.demo.noise import Floats
from core.demo.parts import Line, midnight
from core.demo.world import EC2, World


@dataclass(frozen=True)
class Event:
    """What happened from `first` to `last` days before `as_of` to the lines that name it; use is multiplied, in a ramp ever more.

    One that `adds` is the whole of its lines' cost in that time.
    """

    key: str
    kind: str
    first: int
    last: int
    cause: str
    factor: float = 1.0
    adds: bool = False

    def factors(self, days: int) -> Floats:
        """What the use of each of so many days, of which the last is the day before `as_of`, is multiplied by."""
        found = np.ones(days)
        span = self.first - self.last + 1
        shape = np.linspace(1, self.factor, span + 1)[1:] if self.kind == "ramp" else np.full(span, self.factor)
        found[days - self.first : days - self.last + 1] = shape
        return found

    def carried_by(self, line: Line) -> bool:
        """Whether a line is part of it."""
        return self.key in (line.event, line.commitment)


def events(world: World) -> list[Event]:
    """All of them."""
    ran_out = world.first + timedelta(days=PLANS[LEDGER].start + PLANS[LEDGER].days)
    return [
        Event("debug-logs", "spike", 19, 17, "Debug logging was left on for three days.", 9.0),
        Event("nat-shift", "level shift", 33, 1, "A route lost its gateway endpoint to S3; the traffic goes through the NAT gateway.", 2.8),
        Event("tokens-ramp", "ramp", 26, 1, "The assistant sends its whole history with each request, and the history grows.", 4.0),
        Event("glue-stopped", "drop", 24, 1, "The nightly load into the Irish lake doesn't run any more, and nobody was told.", 0.0),
        Event(
            "strange-region", "new region", 14, 10, "Three GPU machines ran for five days where nothing ran before: leaked keys.", adds=True
        ),
        Event("restore", "one-off", 22, 22, "An audit had the whole archive restored in a day.", adds=True),
        Event(
            LEDGER,
            "level shift",
            (world.as_of - ran_out).days,
            1,
            "A reservation of ten r5.xlarge ran out and wasn't bought again.",
            adds=True,
        ),
    ]


def extra_lines(world: World) -> list[Line]:
    """Charges that are there for an event only; what they were for is gone by now."""
    developer, data = ACCOUNTS["development"].id, ACCOUNTS["data"].id
    start, end = (midnight(world.as_of - timedelta(days=days)) for days in (14, 9))
    kind, prefix = "g4dn.12xlarge", REGIONS[SYDNEY].prefix
    machines = [
        Line(
            developer, SYDNEY, EC2, f"{prefix}BoxUsage:{kind}", "RunInstances", "Hrs", prices.ec2_hour(kind, SYDNEY), 24,
            world.id("i", "strange", number), kind, first=start, last=end, event="strange-region",
        )
        for number in range(3)
    ]  # fmt: skip
    day = midnight(world.as_of - timedelta(days=22))
    restore = Line(
        data, VIRGINIA, "Amazon Simple Storage Service", "Standard-Retrieval-Bytes", "RestoreObject", "GB", 0.01, 260_000,
        "northlight-lake-02", first=day, last=day + timedelta(days=1), event="restore",
    )  # fmt: skip
    return [*machines, restore]
