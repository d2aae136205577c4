"""Everything that runs or lies in the organisation's accounts: the fleets of the tables, their neighbours, and what was planted."""

from collections.abc import Iterator

from core.demo import commitments, neighbours, noise, planted
from core.demo.fleets import BUCKETS, DATABASES, FUNCTIONS, MACHINES, PLANS, VIRGINIA, Machines
from core.demo.machines import Disk, Use, instance
from core.demo.managed import bucket, database, function
from core.demo.model import Planted, Resource
from core.demo.parts import Part, Signal
from core.demo.world import GIB, World, arn, busy_cpu, busy_network, created_at, tags

_UNTAGGED_EVERY = 9  # every so many resources, somebody forgot the tags
# Names come from strangers.
_ODD_NAMES = ('say "hi", <b>Bob</b>', "=HYPERLINK(1)", "検索-サンドボックス", "déjà vu; DROP TABLE", "a,b\tc")


def parts(world: World, scale: int) -> list[Part]:
    """All of it, in the same order each time."""
    fleets = [part for machines in MACHINES for copy in range(scale) for part in _machines(world, machines, copy)]
    rest = [*_databases(world), *_functions(world), *_buckets(world), *_archives(world), *neighbours.parts(world)]
    everything = [*fleets, *rest, *planted.parts(world)]
    return [*everything, *_groups(everything), *_plans(world, everything)]


def _name(name: str, number: int, size: int) -> str:
    return name if size == 1 else f"{name}-{number + 1:02}"


def _machines(world: World, row: Machines, copy: int) -> Iterator[Part]:
    for number in range(row.size):
        name = _name(row.name, number, row.size) + (f"-x{copy}" if copy else "")
        covered = row.cover and not copy
        created = created_at(world, 0 if row.cover else number, row.size, row.account, name)
        forgotten = number % _UNTAGGED_EVERY == _UNTAGGED_EVERY - 1
        labels = tags(name) if forgotten else tags(name, row.team, row.env, row.name)
        if row.name == "sandbox" and number < len(_ODD_NAMES):
            labels["Name"] = _ODD_NAMES[number]
        memory = Signal(mean=55 + 15 * noise.fraction("mem", name), swing=3, noise=0.03, ceiling=100) if row.memory else None
        use = Use(_office(busy_cpu(name), row.hours), _office(busy_network(name), row.hours), memory)
        if row.type.startswith("t"):
            use = Use(
                Signal(mean=27, swing=3, peak=20, noise=0.1, ceiling=100), busy_network(name), None, Signal(mean=30, swing=6, noise=0.1)
            )
        disks = [Disk("gp3", size) for size in (row.disk, row.data) if size]
        yield from instance(
            world,
            row.account,
            row.region,
            row.type,
            name,
            created,
            use,
            labels=labels,
            system=row.system,
            group=row.name if row.group and not copy else "",
            cover=row.cover if covered else "",
            hours=row.hours,
            disks=disks,
            planted=planted.of_machine(row) if not copy else (),
        )


def _office(signal: Signal, hours: str) -> Signal:
    return Signal(**{**signal.__dict__, "hours": hours})


def _databases(world: World) -> Iterator[Part]:
    for row in DATABASES:
        for number in range(row.size):
            name = _name(row.name, number, row.size)
            yield database(
                row.account,
                row.region,
                row.type,
                row.engine,
                name,
                created_at(world, 0, row.size, name),
                labels=tags(name, row.team, row.env, row.name),
                storage=row.storage,
                kind=row.kind,
                iops=row.iops,
                multi_az=row.multi_az,
                cover=row.cover,
                planted=planted.of_database(row),
            )


def _functions(world: World) -> Iterator[Part]:
    for row in FUNCTIONS:
        for number in range(row.size):
            name = _name(row.name, number, row.size)
            share = 0.4 + 1.2 * noise.fraction("share", name)
            yield function(
                row.account,
                row.region,
                name,
                created_at(world, number, row.size, name),
                labels=tags(name, row.team, row.env, row.name),
                memory=row.memory,
                runtime=row.runtime,
                invocations=round(row.invocations * share),
                milliseconds=row.milliseconds,
                used=None if row.used is None else round(row.used * row.memory),
            )


def _buckets(world: World) -> Iterator[Part]:
    for row in BUCKETS:
        for number in range(row.size):
            name = f"northlight-{_name(row.name, number, row.size)}"
            share = 0.5 + noise.fraction("bytes", name)
            sizes = {"StandardStorage": row.standard, "StandardIAStorage": row.infrequent, "GlacierStorage": row.glacier}
            stored = {storage: float(round(size * share)) * GIB for storage, size in sizes.items() if size}
            yield bucket(
                row.account,
                row.region,
                name,
                created_at(world, number, row.size, name),
                labels=tags(name, row.team, row.env, row.name),
                stored=stored,
                requests=row.requests * share,
            )


def _archives(world: World) -> Iterator[Part]:
    for disk in (Disk("io1", 400, 8000), Disk("io2", 200, 12000), Disk("st1", 4000)):
        yield from _archive(world, disk)


def _archive(world: World, disk: Disk) -> list[Part]:
    """A machine whose data lies on a volume of another kind."""
    name = f"archive-{disk.kind}"
    return instance(
        world,
        "data",
        VIRGINIA,
        "m6i.xlarge",
        name,
        created_at(world, 0, 1, name),
        Use(busy_cpu(name), busy_network(name)),
        labels=tags(name, "data-platform", "prod", "archive"),
        cover="compute",
        disks=(Disk("gp3", 60), disk),
    )


def _groups(everything: list[Part]) -> Iterator[Part]:
    """The Auto Scaling groups that the instances say they are in."""
    members: dict[tuple[str, str, str], list[Resource]] = {}
    for part in everything:
        if part.resource.kind == "ec2:instance" and (group := part.resource.tags.get("aws:autoscaling:groupName")):
            members.setdefault((part.resource.account, part.resource.region, group), []).append(part.resource)
    for (account, region, group), machines in members.items():
        created = min(machine.created for machine in machines)
        count = len(machines)
        attributes = {
            "AutoScalingGroupName": group,
            "MinSize": max(1, count // 2),
            "MaxSize": count if count == 1 else count * 2,
            "DesiredCapacity": count,
            "AvailabilityZones": sorted({machine.attributes["Placement"]["AvailabilityZone"] for machine in machines}),
            "Instances": [{"InstanceId": machine.id, "LifecycleState": "InService", "HealthStatus": "Healthy"} for machine in machines],
            "CreatedTime": created,
        }
        ident = noise.hexadecimal(32, account, region, group)
        where = arn("autoscaling", region, account, f"autoScalingGroup:{ident}:autoScalingGroupName/{group}")
        yield Part(Resource("ec2:autoscaling-group", group, where, account, region, group, created, tags(group), attributes))


def _plans(world: World, everything: list[Part]) -> Iterator[Part]:
    for key, plan in PLANS.items():
        lines = [line for part in everything for line in part.lines if line.commitment == key]
        resource = commitments.resource(world, key, plan, lines)
        finding, _, why = plan.planted.partition(": ")
        rows = (Planted("commitment_unused", resource.id, finding == "finding", why),) if why else ()
        yield Part(resource, planted=rows)
