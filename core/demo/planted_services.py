"""Databases, functions and buckets put there to be found, and their near misses."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from core.demo.fleets import IRELAND, OREGON, SYDNEY, VIRGINIA
from core.demo.managed import bucket, database, function, upload
from core.demo.parts import Part, Signal
from core.demo.world import GIB, Mark, World, found, spared, tags

TIB = 1024 * GIB
RESERVABLE = found("rds_reserved", "on demand, and running for far more than 30 days")
_SILENT = "no data: not measured, which isn't idle"
_TOO_YOUNG = "six days old: not yet 14 days of data"


def parts(world: World) -> Iterator[Part]:
    """All of them."""
    yield from _databases(world)
    yield from _functions(world)
    yield from _buckets(world)


def _databases(world: World) -> Iterator[Part]:
    idle, multi, storage = "rds_idle", "rds_multi_az_nonprod", "rds_storage"
    nobody = Signal(0.0)

    def row(
        name: str, account: str, region: str, of: str, engine: str, size: int, marks: Sequence[Mark], age: float = 300, **more: Any
    ) -> Part:
        labels = tags(name, more.pop("team", ""), more.pop("env", ""))
        planted = [*marks, RESERVABLE] if age > 30 and not more.get("stopped") else marks
        created = world.now - timedelta(days=age)
        return database(account, region, of, engine, name, created, labels=labels, storage=size, planted=planted, **more)

    none_at_all = found(idle, "nobody connected in 14 days")
    yield row("legacy-crm", "production", VIRGINIA, "db.r5.xlarge", "postgres", 200, [none_at_all], connections=nobody, env="prod")
    yield row("poc-orders", "development", OREGON, "db.t4g.large", "postgres", 100, [none_at_all], connections=nobody, env="dev")
    yield row("reporting-old", "data", IRELAND, "db.r5.large", "mysql", 300, [none_at_all], connections=nobody)
    once = Signal(1.0, rhythm="once")
    yield row(
        "nightly-report", "data", IRELAND, "db.t4g.medium", "mysql", 50, [spared(idle, "one connection at noon each day")], connections=once
    )
    replica = spared(idle, "a read replica")
    yield row(
        "orders-eu-replica",
        "production",
        IRELAND,
        "db.m6g.large",
        "postgres",
        500,
        [replica],
        connections=nobody,
        env="prod",
        replica_of="orders-eu-01",
    )
    yield row(
        "unmeasured-db", "ml", VIRGINIA, "db.t4g.medium", "postgres", 50, [spared(idle, _SILENT), spared(storage, _SILENT)], measured=False
    )
    fresh = [spared(idle, _TOO_YOUNG), spared("rds_reserved", "six days old")]
    yield row("fresh-db", "development", OREGON, "db.t4g.medium", "postgres", 50, fresh, age=6, connections=nobody)
    month = [spared("rds_reserved", "runs for 30 days exactly")]
    yield row("month-old-db", "ml", VIRGINIA, "db.t4g.large", "postgres", 80, month, age=30)
    still = [spared("rds_reserved", "stopped"), spared(idle, "stopped: no data")]
    yield row("parked-db", "development", OREGON, "db.t4g.large", "postgres", 80, still, stopped=world.now - timedelta(days=3))

    tagged = found(multi, "Multi-AZ, and its tag says that it isn't production")
    yield row("cart-dev", "development", OREGON, "db.m6g.large", "postgres", 150, [tagged], multi_az=True, env="dev")
    yield row("cart-staging", "production", VIRGINIA, "db.m6g.xlarge", "postgres", 200, [tagged], multi_az=True, env="staging")
    by_name = found(multi, "Multi-AZ, and its name says that it is for tests")
    yield row("shop-test-db", "production", IRELAND, "db.t4g.large", "postgres", 100, [by_name], multi_az=True)
    product = spared(multi, "its tag says production, whatever its name begins with")
    yield row("devices", "production", VIRGINIA, "db.m6g.large", "mariadb", 150, [product], multi_az=True, env="prod")
    yield row("contest-results", "production", SYDNEY, "db.t4g.medium", "mysql", 60, [spared(multi, "contest is no test")], multi_az=True)
    single = spared(multi, "one zone only")
    yield row("sandbox-db", "development", OREGON, "db.t4g.medium", "postgres", 60, [single], env="dev")

    roomy = found(storage, "more than twice what it uses")
    yield row("audit-trail", "production", VIRGINIA, "db.m5.large", "postgres", 2000, [roomy], used=0.25, env="prod")
    yield row("old-forum", "production", IRELAND, "db.m5.large", "mysql", 1000, [roomy], used=0.25, kind="gp2", env="prod")
    yield row("risk-scores", "data", VIRGINIA, "db.m5.xlarge", "postgres", 800, [roomy], used=0.375, kind="io1", iops=4000)
    half = spared(storage, "exactly twice what it uses")
    yield row("half-full", "data", VIRGINIA, "db.m5.large", "postgres", 400, [half], used=0.5)
    yield row("a-little-over-half", "data", IRELAND, "db.m5.large", "mariadb", 400, [spared(storage, "53 % used")], used=0.53125)


def _functions(world: World) -> Iterator[Part]:
    size, arm = "lambda_overprovisioned", "lambda_arm64"

    def row(name: str, memory: int, runtime: str, mark: Mark, used: float | None = None, **more: Any) -> Part:
        created = world.now - timedelta(days=260)
        more = {"invocations": 200_000, "milliseconds": 300, **more}
        return function(
            "production",
            VIRGINIA,
            name,
            created,
            labels=tags(name, "platform", "prod"),
            memory=memory,
            runtime=runtime,
            used=used,
            planted=(mark,),
            **more,
        )

    under = "uses under half of its memory"
    yield row("thumbnail-maker", 2048, "python3.12", found(size, under), 640)
    yield row("pdf-render", 3008, "nodejs22.x", found(size, under), 1024)
    yield row("address-check", 1024, "java21", found(size, under), 496)
    yield row("tax-rules", 1024, "python3.12", spared(size, "exactly half of its memory"), 512)
    yield row("label-print", 1024, "python3.12", spared(size, "60 % of its memory"), 616)
    yield row("stock-sync", 2048, "python3.12", spared(size, "Lambda Insights is off: not measured"))
    yield row("ping", 128, "python3.12", spared(size, "128 MB is the least there is"), 40)
    both = "x86_64, and its runtime runs on arm64 too"
    yield row("invoice-mail", 512, "python3.12", found(arm, both), arm=False)
    yield row("webhook-in", 512, "nodejs20.x", found(arm, both), arm=False)
    yield row("ledger-export", 1024, "java17", found(arm, both), arm=False)
    yield row("rates-feed", 512, "dotnet8", found(arm, both), arm=False)
    yield row("gopher", 512, "go1.x", spared(arm, "go1.x runs on x86_64 only"), arm=False)
    yield row("old-parser", 512, "python3.7", spared(arm, "python3.7 runs on x86_64 only"), arm=False)
    yield row("old-bridge", 512, "java8", spared(arm, "java8 runs on x86_64 only"), arm=False)
    yield row("ocr-image", 2048, "", spared(arm, "a container image, built for x86_64"), arm=False, package="Image")


def _buckets(world: World) -> Iterator[Part]:
    uploads, lifecycle = "s3_incomplete_uploads", "s3_no_lifecycle"

    def row(
        name: str,
        account: str,
        region: str,
        stored: float,
        mark: Mark,
        days: Sequence[float] = (),
        rules: bool = True,
        storage: str = "Standard",
    ) -> Part:
        full = f"northlight-{name}"
        sizes = {f"{storage}Storage": float(stored)}
        lost = [
            upload(full, f"backup/part {n}.tar", world.now - timedelta(days=age), 20 + n, 100 * 1024 * 1024) for n, age in enumerate(days)
        ]
        return bucket(
            account,
            region,
            full,
            world.now - timedelta(days=500),
            labels=tags(full, "data-platform"),
            stored=sizes,
            lifecycle=rules,
            uploads=lost,
            planted=(mark,),
        )

    left = found(uploads, "parts of uploads that nobody finished, over 7 days old")
    yield row("backups", "production", VIRGINIA, 800 * GIB, left, (30, 90, 200))
    yield row("video-in", "ml", VIRGINIA, 400 * GIB, left, (8, 3))
    yield row("dumps-eu", "data", IRELAND, 300 * GIB, left, (7 + 1 / 24, 45))
    yield row("imports", "data", VIRGINIA, 200 * GIB, spared(uploads, "7 days exactly"), (7,))
    yield row("photos", "production", IRELAND, 200 * GIB, spared(uploads, "an hour short of 7 days"), (7 - 1 / 24,))
    yield row("live", "production", VIRGINIA, 200 * GIB, spared(uploads, "an upload in progress"), (0.25,))
    kept = found(lifecycle, "no lifecycle rule, and more than 1 GiB in Standard")
    yield row("click-archive", "data", VIRGINIA, 18 * TIB, kept, rules=False)
    yield row("old-site", "production", IRELAND, 3 * TIB, kept, rules=False)
    yield row("training-sets", "ml", VIRGINIA, 9 * TIB, kept, rules=False)
    yield row("team-share", "development", OREGON, 2 * GIB, kept, rules=False)
    yield row("one-gibibyte", "development", OREGON, GIB, spared(lifecycle, "exactly 1 GiB"), rules=False)
    yield row("config", "production", VIRGINIA, 200_000_000, spared(lifecycle, "200 MB"), rules=False)
    yield row(
        "tiered",
        "data",
        VIRGINIA,
        3 * TIB,
        spared(lifecycle, "all of it in Intelligent-Tiering"),
        rules=False,
        storage="IntelligentTieringFA",
    )
    yield row("ruled", "data", VIRGINIA, 6 * TIB, spared(lifecycle, "has lifecycle rules"))
