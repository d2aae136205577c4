"""Databases with a standby in a second zone that aren't for production."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from core.checks.contract import Answer, Check, Facts, Finding, Resource
from core.checks.rds_metrics import DATABASE, command, described, is_running
from core.reckoning import Reckoning, rds

# Keys of tags that say for what a thing is, without case and punctuation; of "company:env" what comes last.
TAG_KEYS = ("env", "environment", "stage", "environmenttype", "envtype", "environmentname", "envname", "deploymentstage")
PRODUCTION = ("prod", "production", "prd", "live")
NOT_PRODUCTION = (
    *("dev", "develop", "development", "test", "testing", "tests", "qa", "uat", "staging", "stage", "stg", "sandbox", "sbx"),
    *("nonprod", "nonproduction", "notprod", "notproduction", "preprod", "preproduction", "demo", "poc", "playground", "ephemeral"),
)
TAGGED, NAMED = 0.95, 0.8
"""Confidence by what says that it isn't for production."""


def find(resource: Resource, facts: Facts) -> Answer:
    """Two zones, and a tag or its name says that it isn't for production. A tag that says production wins over any name."""
    said = resource.attributes
    if not is_running(resource) or not said.get("MultiAZ") or rds.is_aurora(said) or rds.in_multi_az_cluster(said):
        return None
    purpose = _by_tag(resource.tags) or _by_name(resource)
    if not purpose or purpose.is_production:
        return None
    hours, space = (part(facts.prices, resource.region, said) for part in (rds.compute, rds.storage))
    one_hours, one_space = (part(facts.prices, resource.region, said, multi_az=False) for part in (rds.compute, rds.storage))
    cost, after = rds.joined(hours, space), rds.joined(one_hours, one_space)
    parts: dict[str, Decimal] = {}
    if cost.usd is not None and after.usd is not None:
        if after.usd >= cost.usd:
            return None
        parts = {"compute": _saved(hours, one_hours), "storage": _saved(space, one_space)}
    return Finding(
        reason=(
            f"{described(resource)} has a standby in a second zone, though its {purpose.where} has the word {purpose.word}. "
            f"Now: {cost.in_words()}. In one zone: {after.in_words()}."
        ),
        fix=command("modify-db-instance", resource, "--no-multi-az", "--apply-immediately"),
        cost=cost,
        after=after,
        confidence=(TAGGED if purpose.where == "tag" else NAMED) * min(cost.confidence, after.confidence),
        effort="low",
        risk="medium",
        evidence={
            "rule": "Multi-AZ, and a tag, or else its name, says that it isn't for production",
            "thresholds": {},
            "values": {"word": purpose.word, "where": purpose.where, "multi_az": True},
            "series": [],
            "notes": [
                "Without a standby it is down while its zone is, while it is patched, and while it is restored after a failure.",
                "Turning it off needs no downtime.",
            ],
        },
        parts={name: usd for name, usd in parts.items() if usd > 0},
    )


def _saved(now: Reckoning, then: Reckoning) -> Decimal:
    return (now.usd or Decimal(0)) - (then.usd or Decimal(0))


class Purpose(NamedTuple):
    """Which word says for what a database is, and where it stands: in a tag or in the name."""

    word: str
    where: str

    @property
    def is_production(self) -> bool:
        """Whether it is for production."""
        return self.word in PRODUCTION


def _by_tag(tags: Mapping[str, str]) -> Purpose | None:
    """What the tags about it say; one that says production wins over others, and so does any tag that says just that."""
    about = [word for key, value in tags.items() if _plain(re.split(r"[:/.]", key)[-1]) in TAG_KEYS for word in words(value)]
    whole = [_plain(value) for key, value in tags.items() if key != "Name"]
    known = [word for word in (*(one for one in whole if one in PRODUCTION), *about) if word in (*PRODUCTION, *NOT_PRODUCTION)]
    return next((Purpose(word, "tag") for word in sorted(known, key=lambda word: word not in PRODUCTION)), None)


def _by_name(resource: Resource) -> Purpose | None:
    known = [word for text in (resource.resource_id, resource.name) for word in words(text) if word in (*PRODUCTION, *NOT_PRODUCTION)]
    return next((Purpose(word, "name") for word in sorted(known, key=lambda word: word not in PRODUCTION)), None)


def words(text: str) -> Iterator[str]:
    """The whole words of a text without case and trailing digits: "shop-test2" has shop and test. "non-prod" is one word."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    joined = re.sub(r"\b(non|not|pre)[\W_]+(?=prod)", r"\1", parts.lower().replace("_", " "))
    return (word for found in re.findall(r"[a-z0-9]+", joined) if (word := found.rstrip("0123456789")))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


CHECK = Check(
    id="rds_multi_az_nonprod",
    title="Are there databases with a standby that aren't for production?",
    label="Standby of a database that isn't for production",
    type="multi_az_conversion",
    service="RDS",
    resource_types=(DATABASE,),
    rule="It has a standby in a second zone, and a tag, or else its name, says that it isn't for production.",
    price="The hours and the storage at their Multi-AZ prices less those at the prices of one zone.",
    find=find,
    remarks=(
        "Whole words count: contest is no test. A tag that says production wins over the name, and a production word over another.",
        "Tags are looked at whose key ends in env, environment or stage, whatever its case; their values and names are read word by word: "
        "dev, test, qa, uat, staging, sandbox, nonprod, preprod, demo, poc and their like.",
        "Aurora and Multi-AZ DB clusters are left alone: their other instances serve reads.",
    ),
)
