"""What was put there to be found: for each check some resources that it must find, and some near misses on which it must stay silent.

A near miss lies exactly on a threshold ("under 5 %" leaves 5.0 alone) or looks like a finding but isn't one. What is written here is what a
reader of the rule would say; it shares nothing with the code of the checks. Everything else in the estate is far from every rule.

Ids: an instance, volume, database, function or bucket by its own; a pool of like machines by `region/family/system`; a Savings Plan for the
organisation by the account that would buy it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from core.demo import planted_services
from core.demo.fleets import IRELAND, LEDGER, MANAGEMENT, OREGON, VIRGINIA, Databases, Machines
from core.demo.machines import Disk, Use, instance, volume
from core.demo.model import Planted
from core.demo.parts import Part, Signal
from core.demo.world import Mark, World, busy_cpu, busy_network, found, spared, tags

_GP2 = found("ebs_gp2_to_gp3", "gp2, and gp3 of the same speed costs less")


def parts(world: World) -> Iterator[Part]:
    """Every planted resource."""
    yield from _idle(world)
    yield from _underutilized(world)
    yield from _for_spot(world)
    yield from _stopped(world)
    yield from _disks(world)
    yield from planted_services.parts(world)


def of_machine(row: Machines) -> list[Mark]:
    """What the plain fleets are to the checks."""
    marks: list[Mark] = []
    if row.group and not row.cover:
        marks.append(found("ec2_spot", "on demand in an Auto Scaling group of several"))
    elif row.group:
        marks.append(spared("ec2_spot", "a Spot Instance already" if row.cover == "spot" else "covered by a Savings Plan"))
    if row.hours == "office":
        marks.append(spared("ec2_underutilized", "busy while it runs; the hours in which it is off have no data and aren't zero"))
    return marks


def of_database(row: Databases) -> list[Mark]:
    """What the plain databases are to the checks."""
    marks = [spared("rds_reserved", "covered by a reservation") if row.cover else planted_services.RESERVABLE]
    if row.multi_az:
        marks.append(spared("rds_multi_az_nonprod", "production"))
    if row.kind == "aurora":
        marks.append(spared("rds_storage", "Aurora's storage is billed by use"))
    return marks


def pools(world: World, everything: Iterable[Part]) -> Iterator[Planted]:
    """What a reservation would be for: like machines, on demand all the time for over 30 days. And the organisation's Savings Plan."""
    for pool in sorted({_pool(part) for part in everything if _is_steady(world, part)}):
        yield Planted("ec2_reserved", pool, True, "on demand around the clock for over 30 days")
    yield Planted("ec2_reserved", f"{OREGON}/m6i/Linux", False, "workstations that run in office hours; the rest is covered")
    yield Planted("ec2_reserved", f"{VIRGINIA}/r6i/Linux", False, "covered by the Savings Plan, or on the spot market")
    yield Planted("ec2_reserved", f"{IRELAND}/c7i/Linux", False, "runs for 30 days exactly")
    yield Planted("savings_plan", MANAGEMENT, True, "the whole organisation's steady spend on demand")
    yield Planted("savings_plan", f"{OREGON}/m6i/Linux", False, "office hours: none of it in the lower quantile of the hours")
    yield Planted("savings_plan", f"{VIRGINIA}/r6i/Linux", False, "covered already, or on the spot market")
    yield Planted("savings_plan", f"{VIRGINIA}/m5/Linux", False, "covered by a reservation")


def _is_steady(world: World, part: Part) -> bool:
    if part.resource.kind != "ec2:instance" or part.until:
        return False
    line = part.lines[0]
    return line.commitment in ("", LEDGER) and line.rhythm != "office" and part.resource.created < world.now - timedelta(days=30)


def _pool(part: Part) -> str:
    line = part.lines[0]
    return f"{line.region}/{line.instance_type.split('.')[0]}/{'Windows' if line.operation.endswith('0002') else 'Linux'}"


class _Machine(NamedTuple):
    """A planted instance: whose, what, how old in days, how it is used, and more arguments of `instance`."""

    name: str
    account: str
    region: str
    type: str
    age: float
    use: Use
    marks: Sequence[Mark]
    labels: Mapping[str, str] = {}
    more: Mapping[str, Any] = {}


def _machines(world: World, rows: Iterable[_Machine]) -> Iterator[Part]:
    for row in rows:
        created = world.now - timedelta(days=row.age)
        labels = tags(row.name) | dict(row.labels)
        yield from instance(
            world, row.account, row.region, row.type, row.name, created, row.use, labels=labels, planted=row.marks, **row.more
        )


def _flat(mean: float, top: float = 0.0) -> Signal:
    """A use of exactly `mean` per cent a day; the highest sample of each morning hour is `top` (or 3 above the mean)."""
    swing = min(2.5, mean / 4)
    return Signal(mean=mean, swing=swing, peak=top - mean - swing if top else 2.75, ceiling=100)


def _megabytes(day: float) -> Signal:
    """Half of so many megabytes (10^6 bytes) a day: what goes in, or what comes out, in the twenty hours after four."""
    return Signal(mean=day * 1e6 / 2 / 20, rhythm="twenty-hours", total=True)


_UNMEASURED = Use(None, None)
_SILENT = "no data: not measured, which isn't idle"
_TOO_YOUNG = "six days old: not yet 14 days of data"


def _idle(world: World) -> Iterator[Part]:
    idle, under, aws = "ec2_idle", "ec2_underutilized", "ce_rightsizing"
    low = found(under, "not idle, under 20 %, and half the size holds its peaks")
    awake = Signal(mean=570, swing=2, noise=0.01)
    yield from _machines(world, (
        _Machine("old-cms", "production", VIRGINIA, "m6a.xlarge", 410, Use(_flat(1.5), _megabytes(0.2)), (
            found(idle, "1.5 % CPU and 0.2 MB a day"), found(aws, "AWS would end it too")), tags("old-cms", "storefront", "prod", "cms")),
        _Machine("poc-search", "development", OREGON, "m6a.2xlarge", 230, Use(_flat(2.0), _megabytes(0.5)), (
            found(idle, "2 % CPU and 0.5 MB a day"), found(aws, "AWS would end it too")), {"Name": 'poc "search", <i>2nd</i> try'}),
        _Machine("batch-legacy", "data", IRELAND, "m5.xlarge", 600, Use(_flat(3.0), _megabytes(0.1)), (
            found(idle, "3 % CPU and 0.1 MB a day"), spared(aws, "AWS is silent on it")), more={"system": "Windows"}),
        _Machine("metrics-old", "management", VIRGINIA, "t3.large", 300, Use(_flat(1.0), _megabytes(0.3), None, awake), (
            found(idle, "1 % CPU and 0.3 MB a day"),), {"Name": "=SUM(A1:A9)"}),
        _Machine("at-five", "production", VIRGINIA, "m6a.xlarge", 200, Use(_flat(5.0), _megabytes(0.3)), (
            spared(idle, "exactly 5 % CPU"), low)),
        _Machine("at-a-megabyte", "production", VIRGINIA, "m6a.xlarge", 200, Use(_flat(2.0), _megabytes(1.0)), (
            spared(idle, "exactly 1 MB a day"), low)),
        _Machine("heartbeat", "data", IRELAND, "m6a.xlarge", 200, Use(_flat(2.0), _megabytes(3.0)), (
            spared(idle, "3 MB a day"), low)),
        *(_Machine(f"unmeasured-{n}", account, region, "m6a.large", 150, _UNMEASURED, (spared(idle, _SILENT), spared(under, _SILENT)))
          for n, (account, region) in enumerate((("production", VIRGINIA), ("ml", VIRGINIA), ("development", OREGON), ("data", IRELAND)))),
        _Machine("new-trial", "development", OREGON, "m6a.xlarge", 6, Use(_flat(1.0), _megabytes(0.1)), (
            spared(idle, _TOO_YOUNG), spared(under, _TOO_YOUNG))),
    ))  # fmt: skip


def _underutilized(world: World) -> Iterator[Part]:
    check, aws = "ec2_underutilized", "ce_rightsizing"

    def use(name: str, cpu: Signal, memory: float = 0.0, credits_: Signal | None = None) -> Use:
        return Use(cpu, busy_network(name), Signal(memory, swing=2, noise=0.01, ceiling=100) if memory else None, credits_)

    full = Signal(mean=2290, swing=4, noise=0.001)
    yield from _machines(world, (
        _Machine("pricing-api", "production", VIRGINIA, "m6a.2xlarge", 380, use("pricing-api", _flat(8.0, 20.0), 30), (
            found(check, "8 % on average, peaks of 20 %, 30 % of memory"), found(aws, "AWS names the same smaller type")),
            tags("pricing-api", "catalogue", "prod", "pricing")),
        _Machine("preview", "development", OREGON, "c6i.2xlarge", 250, use("preview", _flat(12.0, 30.0)), (
            found(check, "12 % on average, peaks of 30 %, memory not measured"), spared(aws, "AWS is silent on it")),
            tags("preview", "", "dev")),
        _Machine("back-office", "data", IRELAND, "m5.2xlarge", 320, use("back-office", _flat(10.0, 25.0)), (
            found(check, "Windows: 10 % on average, peaks of 25 %"), spared(aws, "AWS is silent on it")), more={"system": "Windows"}),
        _Machine("chat-bot", "development", VIRGINIA, "t3.xlarge", 220, use("chat-bot", _flat(8.0, 20.0), 0, full), (
            found(check, "burstable with all its credits: 8 % on average, peaks of 20 %"),), tags("chat-bot", "", "dev")),
        _Machine("at-twenty", "production", VIRGINIA, "m6a.2xlarge", 200, use("at-twenty", _flat(20.0, 30.75)), (
            spared(check, "exactly 20 % on average"),)),
        _Machine("peaks-at-eighty", "production", VIRGINIA, "m6a.2xlarge", 200, use("peaks-at-eighty", _flat(10.0, 40.0)), (
            spared(check, "peaks of 40 %: exactly 80 % on half the size"),)),
        _Machine("peaks-beyond", "production", IRELAND, "m6a.2xlarge", 200, use("peaks-beyond", _flat(12.0, 60.0)), (
            spared(check, "peaks of 60 %: more than half the size has"),)),
        _Machine("memory-bound", "data", VIRGINIA, "m6a.2xlarge", 200, use("memory-bound", _flat(10.0, 20.0), 85), (
            spared(check, "85 % of memory used: half of it doesn't hold that"),)),
        _Machine("smallest", "production", VIRGINIA, "m6a.large", 200, use("smallest", _flat(9.0, 20.0)), (
            spared(check, "nothing smaller in its family"),)),
        _Machine("out-of-credits", "development", VIRGINIA, "t3.small", 200,
            use("out-of-credits", _flat(15.0, 30.0), 0, Signal(mean=560, swing=4, noise=0.001)), (
            spared(check, "15 % is more than t3.micro earns credits for (10 %)"),)),
        _Machine("local-disk", "data", VIRGINIA, "m5d.2xlarge", 200, use("local-disk", _flat(11.0, 25.0)), (
            spared(check, "half the size has half the instance store"),)),
        _Machine("forecast-old", "ml", VIRGINIA, "m6a.2xlarge", 200, use("forecast-old", _flat(22.0, 35.0)), (
            found(aws, "AWS would make it smaller"), spared(check, "22 % on average: only AWS would"))),
    ))  # fmt: skip


def _for_spot(world: World) -> Iterator[Part]:
    check = "ec2_spot"

    def machine(name: str, kind: str, age: float, mark: Mark, group: str = "", **labels: str) -> _Machine:
        use = Use(busy_cpu(name), busy_network(name))
        more = {"group": group} if group else {}
        return _Machine(name, "production", VIRGINIA, kind, age, use, (mark,), tags(name, "catalogue", "prod", **labels), more)

    yield from _machines(world, (
        machine("thumbnail-1", "c7g.large", 190, found(check, "says that it is stateless"), stateless="true"),
        machine("thumbnail-2", "c7g.large", 190, found(check, "says that it is stateless"), stateless="true"),
        machine("cron-single", "c7g.large", 190, spared(check, "alone in its group"), "cron"),
        machine("sessions-1", "c7g.large", 190, spared(check, "says that it is stateful"), "sessions", stateful="true"),
        machine("sessions-2", "c7g.large", 190, spared(check, "says that it is stateful"), "sessions", stateful="true"),
        machine("queue-1", "c7g.large", 14, spared(check, "runs for 14 days exactly"), "queue"),
        machine("queue-2", "c7g.large", 14, spared(check, "runs for 14 days exactly"), "queue"),
    ))  # fmt: skip
    yield from _machines(world, (
        _Machine(f"canary-{n}", "production", IRELAND, "c7i.large", 30, Use(busy_cpu("canary", n), busy_network("canary", n)), ())
        for n in range(2)
    ))  # fmt: skip


def _stopped(world: World) -> Iterator[Part]:
    rows = (
        # name, account, region, type, days since it stopped, disks, whether it is found
        ("migration-box", "production", VIRGINIA, "m6a.4xlarge", 90.0, (Disk("gp3", 60), Disk("gp3", 500)), True),
        ("old-jenkins", "development", OREGON, "m6a.2xlarge", 400.0, (Disk("gp2", 300, planted=(_GP2,)),), True),
        ("demo-for-fair", "ml", VIRGINIA, "g4dn.xlarge", 32.0, (Disk("gp3", 200),), True),
        ("month-to-the-day", "development", OREGON, "m6a.xlarge", 30.0, (Disk("gp3", 80),), False),
        ("on-holiday", "development", OREGON, "m6a.xlarge", 12.0, (Disk("gp3", 80),), False),
        ("restarting", "data", VIRGINIA, "m6a.xlarge", 1.0, (Disk("gp3", 80),), False),
    )
    for name, account, region, kind, days, disks, finding in rows:
        stopped = world.now - timedelta(days=days)
        mark = ("ec2_stopped", finding, f"stopped for {days:g} days" + ("" if finding else " only"))
        yield from instance(
            world, account, region, kind, name, stopped - timedelta(days=200), Use(busy_cpu(name), busy_network(name)), labels=tags(name),
            stopped=stopped, disks=disks, planted=(mark,),
        )  # fmt: skip


def _disks(world: World) -> Iterator[Part]:
    loose = (
        # name, account, region, kind, GiB, days old, IOPS, whether it is found
        ("orders-copy", "production", VIRGINIA, "gp3", 500, 120.0, 0, True),
        ("crash-dump", "production", IRELAND, "gp2", 100, 300.0, 0, True),
        ("bench-scratch", "data", VIRGINIA, "io1", 50, 40.0, 1000, True),
        ("@restore <unnamed>", "development", OREGON, "gp3", 80, 1.5, 0, True),
        ("since-yesterday", "development", OREGON, "gp3", 80, 1.0, 0, False),
        ("since-midday", "data", VIRGINIA, "gp3", 200, 0.5, 0, False),
        ("since-tonight", "ml", VIRGINIA, "gp3", 100, 0.25, 0, False),
    )
    for name, account, region, kind, size, days, iops, finding in loose:
        marks = [("ebs_unattached", finding, f"attached to nothing, created {days:g} days ago")] + ([_GP2] if kind == "gp2" else [])
        created = world.now - timedelta(days=days)
        yield volume(world, account, region, name, kind, size, created, labels=tags(name), iops=iops, planted=marks)
    for number in range(4):
        logs = (Disk("gp2", 30, planted=(_GP2,)), Disk("gp2", 2000, planted=(_GP2,)))
        yield from _plain(world, IRELAND, f"log-store-{number + 1}", "m6i.xlarge", logs)
    # gp2 moves 128 MiB/s and gp3 125: on the smallest volumes the difference costs as much as the gigabytes save.
    more = Disk("gp2", 4, planted=(spared("ebs_gp2_to_gp3", "3 MiB/s more than gp3 has cost more than 4 GiB save"),))
    same = Disk("gp2", 6, planted=(spared("ebs_gp2_to_gp3", "3 MiB/s more than gp3 has cost what 6 GiB save"),))
    new = Disk("gp3", 20, planted=(spared("ebs_gp2_to_gp3", "gp3 already"),))
    yield from _plain(world, VIRGINIA, "key-store", "m6a.large", (Disk("gp3", 60), more, same, new))


def _plain(world: World, region: str, name: str, kind: str, disks: Sequence[Disk]) -> list[Part]:
    """A machine in plain use; only its disks are to be found."""
    use, created = Use(busy_cpu(name), busy_network(name)), world.now - timedelta(days=350)
    return instance(world, "production", region, kind, name, created, use, labels=tags(name, "storefront", "prod", name), disks=disks)
