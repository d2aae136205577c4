"""What the checks of databases share: their metrics, what they are called, and which of them belong together."""

import shlex
from collections.abc import Sequence
from datetime import timedelta

from core.checks.contract import Facts, NotMeasured, Resource, figure
from core.checks.windows import Window, unmeasured
from core.reckoning import Reckoning, rds

DATABASE = "rds:db"
CONNECTIONS = ("DatabaseConnections", "Maximum")
CPU = ("CPUUtilization", "Average")
FREE_SPACE = ("FreeStorageSpace", "Minimum")

RUNNING = ("available", "backing-up", "storage-optimization")
"""States in which a database serves as usual."""


def is_running(resource: Resource) -> bool:
    """Whether it serves, and isn't about to change."""
    return resource.state in RUNNING


def called(resource: Resource) -> str:
    """Its id, and its name where that is another, on one line."""
    return resource.resource_id if resource.name == resource.resource_id else resource.named


def described(resource: Resource) -> str:
    """A database in a sentence: its id and name, class, engine and region."""
    said = resource.attributes
    return f"Database {called(resource)}, {said.get('DBInstanceClass')} with {rds.engine_of(said)} in {resource.region},"


def replica_source(resource: Resource) -> str:
    """What a read replica copies; "" for one that is none."""
    said = resource.attributes
    return str(said.get("ReadReplicaSourceDBInstanceIdentifier") or said.get("ReadReplicaSourceDBClusterIdentifier") or "")


def cluster_mates(resource: Resource, facts: Facts) -> Sequence[Resource]:
    """The other instances of its cluster."""
    cluster = resource.attributes.get("DBClusterIdentifier")
    if not cluster:
        return ()
    return [
        other
        for other in facts.resources.get(DATABASE, ())
        if other.attributes.get("DBClusterIdentifier") == cluster
        and (other.account_id, other.region) == (resource.account_id, resource.region)
        and other.resource_id != resource.resource_id
    ]


def unknown(resource: Resource, held: Window, facts: Facts, what: str) -> NotMeasured | None:
    """Why a window isn't enough to judge by; None when it is. A database that began within it isn't known for all of it."""
    if lacking := unmeasured(resource, held, facts, what):
        return lacking
    started = resource.created_at
    if started and started.date() > facts.days(held.days)[0]:
        return NotMeasured(f"Too young: created on {started:%d %B %Y}, within the {held.days} days that are needed.")
    return None


def age_in_days(resource: Resource, facts: Facts) -> float | None:
    """For how long it has been there; None where AWS doesn't say."""
    if resource.created_at is None:
        return None
    created = resource.created_at
    return figure((facts.now - (created if created.tzinfo else created.replace(tzinfo=facts.now.tzinfo))) / timedelta(days=1))


def with_rest(changed: Reckoning, rest: Reckoning) -> Reckoning:
    """The whole database: what changes, and the rest where its cost is known."""
    return changed if rest.lacking else rds.joined(changed, rest)


def command(verb: str, resource: Resource, *options: str) -> str:
    """An `aws rds` line about a database."""
    return shlex.join(["aws", "rds", verb, "--db-instance-identifier", resource.resource_id, *options, "--region", resource.region])
