"""Databases that nobody connects to."""

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, quantity
from core.checks.rds_metrics import CONNECTIONS, DATABASE, cluster_mates, command, described, is_running, replica_source, unknown
from core.checks.windows import WINDOW_DAYS, Window, window
from core.reckoning import Reckoning, rds

CONNECTIONS_AT_A_TIME = Threshold("connections", 0.0, "connections", "Connections at a time above which a database is in use")

_ELSEWHERE = ("neptune", "docdb")
KNOWN, WITH_REPLICAS = 0.95, 0.7
"""Confidence: of a source of read replicas it isn't known whether these are used without it."""


def find(resource: Resource, facts: Facts) -> Answer:
    """Idle: no connection at any time of 14 whole days, and no copy of another that would be kept for its sake."""
    if not is_running(resource) or replica_source(resource):
        return None
    if rds.engine_of(resource.attributes).startswith(_ELSEWHERE):
        return NotMeasured("It isn't a database of RDS itself, and its own service's metrics aren't asked for.")
    most = facts.thresholds[CHECK.id][CONNECTIONS_AT_A_TIME.name]
    mates = [mate for mate in cluster_mates(resource, facts) if is_running(mate)]
    held = window(resource, CONNECTIONS, facts)
    if any(each.values and each.highest > most for each in (held, *(window(mate, CONNECTIONS, facts) for mate in mates))):
        return None
    for each in (resource, *mates):
        if lacking := unknown(each, window(each, CONNECTIONS, facts), facts, "data on connections"):
            return lacking if each is resource else NotMeasured(f"Another instance of its cluster, {each.resource_id}: {lacking.reason}")
    return _finding(resource, facts, held)


def _finding(resource: Resource, facts: Facts, held: Window) -> Finding:
    limits = facts.thresholds[CHECK.id]
    cost = _saved(resource, facts)
    most = quantity(limits[CONNECTIONS_AT_A_TIME.name])
    replicas = resource.attributes.get("ReadReplicaDBInstanceIdentifiers")
    return Finding(
        reason=(
            f"{described(resource)} had {quantity(held.highest)} connections at most on every one of the last {WINDOW_DAYS} days. "
            f"Keeping it: {cost.in_words()}."
        ),
        fix=_fix(resource),
        cost=cost,
        confidence=(WITH_REPLICAS if replicas else KNOWN) * cost.confidence,
        effort="low",
        risk="medium",
        evidence={
            "rule": f"no more than {most} connections at any time of {WINDOW_DAYS} days, and not a read replica",
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": {"connections": held.highest},
            "series": [held.as_json(*CONNECTIONS, "Count", threshold=limits[CONNECTIONS_AT_A_TIME.name])],
            "notes": list(_notes(resource)),
        },
        parts={"compute": cost.usd} if rds.is_aurora(resource.attributes) and cost.usd is not None else {},
    )


def _saved(resource: Resource, facts: Facts) -> Reckoning:
    """All of it; of Aurora the hours, since its storage is the cluster's."""
    if rds.is_aurora(resource.attributes):
        return rds.compute(facts.prices, resource.region, resource.attributes)
    return rds.cost(facts.prices, resource.region, resource.state, resource.attributes, resource.utilisation)


def _fix(resource: Resource) -> str:
    """What an instance of a cluster holds is the cluster's; anything else is kept in a last snapshot."""
    if resource.attributes.get("DBClusterIdentifier"):
        return command("delete-db-instance", resource)
    return command("delete-db-instance", resource, "--final-db-snapshot-identifier", f"{resource.resource_id}-final")


def _notes(resource: Resource) -> list[str]:
    said = resource.attributes
    notes = ["What happens less often than every 14 days, such as a yearly report, isn't seen here."]
    if said.get("DBClusterIdentifier"):
        notes.append("The data belongs to its cluster, whose storage bills until the cluster is deleted too.")
    else:
        notes.append("The last snapshot bills as backup storage. Stopping it instead keeps its storage, and AWS starts it after 7 days.")
    if said.get("DeletionProtection"):
        notes.append("Deletion protection is on and has to be switched off first.")
    if replicas := said.get("ReadReplicaDBInstanceIdentifiers"):
        notes.append(f"{len(replicas)} read replicas copy it: they would become databases of their own.")
    return notes


CHECK = Check(
    id="rds_idle",
    title="Are there databases that nobody connects to?",
    label="Idle database",
    type="idle_resources",
    service="RDS",
    resource_types=(DATABASE,),
    rule="Over the last 14 whole days there was no connection at any time, and it isn't a read replica.",
    price="The hours of its class, engine, licence and deployment 730 times, and its storage, IOPS and throughput; of Aurora the hours.",
    find=find,
    thresholds=(CONNECTIONS_AT_A_TIME,),
    remarks=(
        "Fewer than 14 days with data: not measured, unless one of them already shows a connection.",
        "Of a cluster all instances must be without connections: an unused reader stands by for the writer.",
        "A source of read replicas counts, with confidence 0.7: the replicas may be used though nothing is written.",
        "The fix deletes it and keeps a last snapshot. A stopped database keeps its storage, and AWS starts it again after seven days: "
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html",
    ),
)
