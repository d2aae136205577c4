"""An organisation of a size that is measured: 1,000 instances, 200 databases, 300 functions and 200 buckets in four regions of an account.

Most of all is in us-east-1, so that a region has more queries of CloudWatch than one request carries. Run it to serve it:
`python -m tests.bench.large`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from core.demo import noise, server
from core.demo.book import Book, Label, pico, rounded
from core.demo.fleets import ACCOUNTS, MANAGEMENT, REGIONS
from core.demo.machines import Disk, Use, instance, volume
from core.demo.managed import bucket, database, function, upload
from core.demo.model import Organisation
from core.demo.parts import Line, Part, Signal
from core.demo.utilisation import Utilisation
from core.demo.world import GIB, World, busy_cpu, busy_network, tags

OWNER = "production"
INSTANCES, DATABASES, FUNCTIONS, BUCKETS = 1000, 200, 300, 200
SHARES = (0.7, 0.1, 0.1, 0.1)
"""How much of everything is in each region."""

_TYPES = ("m6i.xlarge", "m6i.2xlarge", "c6i.xlarge", "r6i.large", "t3.large")
_CLASSES = ("db.m6g.large", "db.r6g.xlarge", "db.t4g.medium")
_RUNTIMES = ("python3.12", "nodejs22.x", "java21", "go1.x")
_BILLED_DAYS = 60
_LOOSE_EVERY, _STOPPED_EVERY, _IDLE_EVERY, _QUIET_EVERY = 20, 20, 10, 7


def build(as_of: date, seed: int = 7, scale: int = 1) -> Organisation:
    """The organisation when `as_of` begins (UTC); `scale` multiplies everything."""
    world = World(as_of, seed)
    parts = [part for make in (_machines, _databases, _functions, _buckets) for part in make(world, scale)]
    return Organisation(
        as_of=as_of,
        seed=seed,
        management=MANAGEMENT,
        accounts=tuple(account for key, account in ACCOUNTS.items() if key in ("management", OWNER)),
        regions=tuple(REGIONS.values()),
        resources=tuple(part.resource for part in parts),
        charges=_charges([line for part in parts for line in part.lines], world),
        series=Utilisation(parts, as_of, seed).series,
        anomalies=(),
        planted=(),
    )


def _spread(count: int) -> Iterator[tuple[int, str]]:
    """So many numbers, each with the region of what it stands for."""
    regions = [region for region, share in zip(REGIONS, SHARES, strict=True) for _ in range(round(count * share))]
    return enumerate(regions)


def _machines(world: World, scale: int) -> Iterator[Part]:
    """Some idle, some too large, some stopped, most in plain use; and a volume on nothing now and then."""
    for number, region in _spread(INSTANCES * scale):
        name, kind = f"machine-{number:05}", _TYPES[number % len(_TYPES)]
        created = world.now - timedelta(days=40 + number % 300)
        cpu, network = busy_cpu(name), busy_network(name)
        if number % _IDLE_EVERY == 0:
            cpu, network = Signal(mean=2.0), Signal(mean=10_000, total=True)
        elif number % _QUIET_EVERY == 0:
            cpu = Signal(mean=9.0, peak=8.0)
        burst = Signal(mean=500) if kind.startswith("t") else None
        stopped = world.now - timedelta(days=45) if number % _STOPPED_EVERY == 3 else None
        yield from instance(
            world,
            OWNER,
            region,
            kind,
            name,
            created - timedelta(days=60) if stopped else created,
            Use(cpu, network, None, burst),
            labels=tags(name, "platform", "prod"),
            stopped=stopped,
            disks=(Disk("gp2" if number % 3 == 0 else "gp3", 80),),
        )
        if number % _LOOSE_EVERY == 1:
            yield volume(world, OWNER, region, f"{name}-left", "gp3", 200, created, labels=tags(f"{name}-left"))


def _databases(world: World, scale: int) -> Iterator[Part]:
    for number, region in _spread(DATABASES * scale):
        name = f"database-{number:05}"
        idle, development = number % _IDLE_EVERY == 0, number % 4 == 1
        yield database(
            OWNER,
            region,
            _CLASSES[number % len(_CLASSES)],
            "postgres" if number % 2 else "mysql",
            name,
            world.now - timedelta(days=20 + number % 200),
            labels=tags(name, "platform", "dev" if development else "prod"),
            storage=200,
            kind="gp2" if number % 5 == 0 else "gp3",
            multi_az=number % 8 == 1,
            used=0.25 if number % _QUIET_EVERY == 0 else 0.7,
            connections=Signal(0.0) if idle else None,
        )


def _functions(world: World, scale: int) -> Iterator[Part]:
    for number, region in _spread(FUNCTIONS * scale):
        name, memory = f"function-{number:05}", (512, 1024, 2048)[number % 3]
        yield function(
            OWNER,
            region,
            name,
            world.now - timedelta(days=100),
            labels=tags(name, "platform", "prod"),
            memory=memory,
            runtime=_RUNTIMES[number % len(_RUNTIMES)],
            invocations=100_000,
            milliseconds=200,
            arm=number % 2 == 0,
            used=None if number % 3 == 0 else memory * (0.3 if number % _QUIET_EVERY == 0 else 0.7),
        )


def _buckets(world: World, scale: int) -> Iterator[Part]:
    for number, region in _spread(BUCKETS * scale):
        name = f"northlight-large-{number:05}"
        lost = [upload(name, "backup.tar", world.now - timedelta(days=30), 20, 100 * 1024 * 1024)] if number % _IDLE_EVERY == 0 else []
        yield bucket(
            OWNER,
            region,
            name,
            world.now - timedelta(days=400),
            labels=tags(name, "platform"),
            stored={"StandardStorage": float(GIB * (1 + noise.key(name) % 500))},
            lifecycle=number % 4 != 0,
            uploads=lost,
        )


def _charges(lines: Sequence[Line], world: World) -> pd.DataFrame:
    """Each line's charge on each of the last days, the same every day; a resource that is younger has been there for longer."""
    last = (world.as_of - world.first).days
    days = np.arange(max(0, last - _BILLED_DAYS), last)
    labels = [_label(line) for line in lines]
    quantities = np.array([line.quantity / (30 if line.unit.endswith("-Mo") else 1) for line in lines])
    amounts = rounded(quantities * np.array([line.price for line in lines]) * pico(1))
    of, day = np.repeat(np.arange(len(lines)), len(days)), np.tile(days, len(lines))
    book = Book()
    book.add(labels, of, day, quantities[of], amounts[of], amounts[of])
    return book.frame(world.first)


def _label(line: Line) -> Label:
    owned = [line.tags.get(key, "") for key in ("team", "env", "app")]
    bought = "On Demand Instances" if line.instance_type else ""
    what = (line.usage_type, line.operation, "Usage", line.instance_type, bought, line.resource_id)
    return Label(line.account, line.region, line.service, *what, *owned, line.unit)


if __name__ == "__main__":
    server.command(build)
