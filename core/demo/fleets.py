"""What the made-up company runs and buys, as tables: who, where, which machines, which databases, how much of each service.

Names, ids and amounts are invented. What was put there to be found stands in `planted.py`, not here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from core.demo.model import Account, AwsBudget, Region

MANAGEMENT = "111122223333"
ACCOUNTS = {
    "management": Account(
        MANAGEMENT, "Northlight Management", "aws+management@northlight.example", "Root", "Ines Duarte", {"team": "platform"}
    ),
    "production": Account(
        "222233334444",
        "Northlight Production",
        "aws+production@northlight.example",
        "Workloads/Production",
        "Tomasz Wójcik",
        {"team": "storefront", "env": "prod"},
    ),
    "data": Account(
        "333344445555",
        "Northlight Data Platform",
        "aws+data@northlight.example",
        "Workloads/Production",
        "Hana Kobayashi",
        {"team": "data-platform", "env": "prod"},
    ),
    "ml": Account(
        "444455556666",
        "Northlight Machine Learning",
        "aws+ml@northlight.example",
        "Workloads/Research",
        "Sade Okafor",
        {"team": "machine-learning"},
    ),
    "development": Account(
        "555566667777",
        "Northlight Development",
        "aws+dev@northlight.example",
        "Workloads/Development",
        "Ines Duarte",
        {"env": "dev"},
    ),
}

BUDGETS = (AwsBudget("Whole organization", 200_000), AwsBudget("Production account", 70_000, "222233334444"))

REGIONS = {
    region.code: region
    for region in (
        Region("us-east-1", "US East (N. Virginia)", "", 1.0),
        Region("us-west-2", "US West (Oregon)", "USW2-", 1.0),
        Region("eu-west-1", "EU (Ireland)", "EU-", 1.1),
        Region("ap-southeast-2", "Asia Pacific (Sydney)", "APS2-", 1.25),
    )
}
VIRGINIA, OREGON, IRELAND, SYDNEY = REGIONS


class Rhythm(NamedTuple):
    """How use varies: a factor for each day from Monday on, growth a month, and day-to-day noise."""

    week: tuple[float, ...]
    growth: float = 0.012
    noise: float = 0.04


RHYTHMS = {
    "steady": Rhythm((1,) * 7, growth=0.0, noise=0.0),
    "stored": Rhythm((1,) * 7, growth=0.018, noise=0.003),
    "traffic": Rhythm((1.0, 1.02, 1.03, 1.02, 1.0, 0.82, 0.78), noise=0.03),
    "office": Rhythm((1, 1, 1, 1, 1, 0, 0), growth=0.0, noise=0.0),
    "batch": Rhythm((1.15, 1.0, 1.0, 1.0, 1.05, 0.7, 0.6), noise=0.06),
    "rising": Rhythm((1.05, 1.1, 1.1, 1.08, 1.0, 0.7, 0.68), growth=0.05, noise=0.06),
}
OFFICE_HOURS = 11
"""Machines of the rhythm "office" run from 08:00 to 19:00 UTC on working days."""


class Plan(NamedTuple):
    """A Savings Plan, or a reservation where `type` says of what. Lives from `start` to `start + days` days after the bill's first day.

    `bought` is how many machines it is for; None means as many as it covers. `upfront` is the share paid at the start.
    """

    account: str
    kind: str
    region: str = ""
    type: str = ""
    system: str = "Linux"
    bought: int | None = None
    start: int = -300
    days: int = 1095
    upfront: float = 0.0
    planted: str = ""


PLANS = {
    "compute": Plan("management", "Compute", planted="near: all of it is used"),
    "events": Plan("production", "EC2Instance", VIRGINIA, "m6g.xlarge", bought=20, planted="near: 19 of 20 used, exactly 95 %"),
    "gpu": Plan(
        "ml",
        "EC2Instance",
        OREGON,
        "g5.2xlarge",
        bought=5,
        start=240,
        days=365,
        upfront=0.5,
        planted="finding: 4 of 5 used, 80 %, half paid upfront",
    ),
    "payments": Plan("production", "ec2", VIRGINIA, "m5.xlarge", bought=20, start=-120, planted="near: 19 of 20 used, exactly 95 %"),
    "reports": Plan("data", "ec2", VIRGINIA, "c5.2xlarge", bought=5, start=150, days=365, planted="finding: 3 of 5 used, 60 %"),
    "ledger": Plan("production", "ec2", VIRGINIA, "r5.xlarge", start=3, days=365, upfront=1.0),
    "orders": Plan("production", "rds", VIRGINIA, "db.r6g.xlarge", "postgres", start=-90, planted="near: all of it is used"),
    "wiki": Plan("development", "rds", OREGON, "db.m5.large", "mysql", bought=4, start=100, days=365, planted="finding: 3 of 4 used, 75 %"),
}
LEDGER = "ledger"
"""The reservation that ran out and wasn't bought again."""


class Machines(NamedTuple):
    """Like EC2 instances of one owner; `group` puts them in an Auto Scaling group. `cover` is a plan, "spot" or nothing."""

    account: str
    region: str
    type: str
    name: str
    size: int
    team: str
    env: str
    group: bool = False
    cover: str = ""
    system: str = "Linux"
    hours: str = "always"
    disk: int = 60
    data: int = 0
    memory: bool = False


MACHINES = (
    Machines("production", VIRGINIA, "c6i.xlarge", "storefront-web", 30, "storefront", "prod", group=True, cover="compute"),
    Machines("production", VIRGINIA, "m6i.2xlarge", "checkout-api", 14, "checkout", "prod", cover="compute", memory=True),
    Machines("production", VIRGINIA, "r6i.2xlarge", "catalogue-cache", 6, "catalogue", "prod", cover="compute", data=200),
    Machines("production", VIRGINIA, "m6g.xlarge", "events", 19, "platform", "prod", cover="events"),
    Machines("production", VIRGINIA, "m5.xlarge", "payments", 19, "payments", "prod", cover="payments", data=100),
    Machines("production", VIRGINIA, "r5.xlarge", "ledger", 10, "payments", "prod", cover="ledger", data=300, memory=True),
    Machines("production", VIRGINIA, "c7g.xlarge", "image-resize", 8, "catalogue", "prod", group=True),
    Machines("production", IRELAND, "c6i.xlarge", "storefront-web-eu", 14, "storefront", "prod", group=True, cover="compute"),
    Machines("production", IRELAND, "m6i.xlarge", "checkout-api-eu", 8, "checkout", "prod", data=100),
    Machines("production", SYDNEY, "c6i.xlarge", "storefront-web-apac", 6, "storefront", "prod", group=True, cover="compute"),
    Machines("production", SYDNEY, "m6i.xlarge", "checkout-api-apac", 4, "checkout", "prod"),
    Machines("production", OREGON, "m6i.xlarge", "standby", 6, "platform", "prod", cover="compute"),
    Machines("data", VIRGINIA, "r6i.4xlarge", "spark-core", 7, "data-platform", "prod", cover="compute", data=1000),
    Machines("data", VIRGINIA, "r6i.4xlarge", "spark-task", 8, "data-platform", "prod", group=True, cover="spot"),
    Machines("data", VIRGINIA, "c5.2xlarge", "reports", 3, "data-platform", "prod", cover="reports"),
    Machines("data", VIRGINIA, "m7g.2xlarge", "kafka-connect", 5, "data-platform", "prod", data=500, memory=True),
    Machines("data", IRELAND, "m6i.xlarge", "airflow-eu", 4, "data-platform", "prod"),
    Machines("ml", VIRGINIA, "g5.12xlarge", "recommender-training", 1, "machine-learning", "prod", cover="compute", data=2000),
    Machines("ml", VIRGINIA, "g5.xlarge", "recommender-serving", 4, "machine-learning", "prod", cover="compute", data=200),
    Machines("ml", OREGON, "g5.2xlarge", "ranking-lab", 4, "machine-learning", "dev", cover="gpu", data=400),
    Machines("development", OREGON, "m6i.xlarge", "workstation", 24, "", "dev", hours="office", disk=150),
    Machines("development", OREGON, "c6i.xlarge", "build-agent", 8, "platform", "dev", group=True, data=200),
    Machines("development", OREGON, "m5.large", "windows-test", 5, "platform", "dev", system="Windows", disk=100),
    Machines("development", VIRGINIA, "t3.medium", "sandbox", 8, "", "dev"),
    Machines("management", VIRGINIA, "m6a.large", "monitoring", 4, "platform", "prod", data=400, memory=True),
)


class Databases(NamedTuple):
    """Like RDS instances of one owner; Aurora has storage by the GB that it uses."""

    account: str
    region: str
    type: str
    engine: str
    name: str
    size: int
    team: str
    env: str
    storage: int
    multi_az: bool = False
    kind: str = "gp3"
    cover: str = ""
    iops: int = 3000


DATABASES = (
    Databases("production", VIRGINIA, "db.r6g.xlarge", "postgres", "orders", 6, "checkout", "prod", 1200, True, cover="orders"),
    Databases("production", VIRGINIA, "db.r6g.4xlarge", "sqlserver-se", "invoices", 1, "payments", "prod", 800, kind="io1", iops=6000),
    Databases("production", IRELAND, "db.m6g.xlarge", "postgres", "orders-eu", 2, "checkout", "prod", 500, True),
    Databases("production", SYDNEY, "db.m6g.large", "postgres", "orders-apac", 1, "checkout", "prod", 300, True),
    Databases("production", VIRGINIA, "db.r6g.2xlarge", "aurora-postgresql", "catalogue", 2, "catalogue", "prod", 900, kind="aurora"),
    Databases("data", VIRGINIA, "db.m6g.2xlarge", "postgres", "metastore", 2, "data-platform", "prod", 400),
    Databases("data", IRELAND, "db.m6g.large", "mariadb", "airflow", 1, "data-platform", "prod", 100),
    Databases("ml", VIRGINIA, "db.r5.large", "postgres", "features", 2, "machine-learning", "prod", 300),
    Databases("development", OREGON, "db.m5.large", "mysql", "wiki", 3, "platform", "dev", 150, cover="wiki"),
)


class Functions(NamedTuple):
    """Like Lambda functions: memory in MB, a day's invocations, mean milliseconds, and the share of memory used (None: not measured)."""

    account: str
    region: str
    name: str
    size: int
    team: str
    env: str
    memory: int
    invocations: float
    milliseconds: float
    runtime: str = "python3.12"
    used: float | None = None


FUNCTIONS = (
    Functions("production", VIRGINIA, "cart", 10, "checkout", "prod", 1024, 900_000, 120, "nodejs22.x", 0.68),
    Functions("production", VIRGINIA, "notify", 8, "platform", "prod", 512, 300_000, 200, "python3.12"),
    Functions("production", IRELAND, "cart-eu", 6, "checkout", "prod", 1024, 350_000, 120, "nodejs22.x", 0.71),
    Functions("production", SYDNEY, "cart-apac", 3, "checkout", "prod", 1024, 180_000, 120, "nodejs22.x"),
    Functions("data", VIRGINIA, "ingest", 10, "data-platform", "prod", 2048, 260_000, 800, "java21", 0.77),
    Functions("ml", VIRGINIA, "score", 4, "machine-learning", "prod", 3008, 120_000, 900, "python3.12", 0.82),
    Functions("development", OREGON, "hook", 8, "", "dev", 256, 4_000, 300, "python3.13"),
)


class Buckets(NamedTuple):
    """Like S3 buckets with lifecycle rules: GiB by storage class, and a day's requests."""

    account: str
    region: str
    name: str
    size: int
    team: str
    env: str
    standard: float
    infrequent: float = 0.0
    glacier: float = 0.0
    requests: float = 100_000.0


BUCKETS = (
    Buckets("production", VIRGINIA, "assets", 6, "storefront", "prod", 9_000, 3_000, requests=2_500_000),
    Buckets("production", VIRGINIA, "exports", 4, "payments", "prod", 3_000, 6_000, 9_000),
    Buckets("production", IRELAND, "assets-eu", 3, "storefront", "prod", 5_000, 1_500, requests=1_200_000),
    Buckets("production", SYDNEY, "assets-apac", 2, "storefront", "prod", 2_000, requests=500_000),
    Buckets("data", VIRGINIA, "lake", 6, "data-platform", "prod", 26_000, 30_000, 60_000, 1_500_000),
    Buckets("data", IRELAND, "lake-eu", 2, "data-platform", "prod", 6_000, 4_000),
    Buckets("ml", VIRGINIA, "models", 4, "machine-learning", "prod", 6_000, 5_000),
    Buckets("development", OREGON, "artifacts", 4, "platform", "dev", 1_200),
    Buckets("management", VIRGINIA, "audit", 2, "platform", "prod", 500, 2_500, 8_000),
)


class Flow(NamedTuple):
    """A service's use that has no resource in the inventory; `event` names what was planted in it."""

    account: str
    region: str
    service: str
    usage_type: str
    operation: str
    unit: str
    price: float
    quantity: float
    rhythm: str
    team: str = ""
    env: str = ""
    event: str = ""


# [service], then "account; region; usage type; operation; unit; USD in Virginia; a day's use (or a month's); rhythm; team; env; event".
_FLOWS = """
[EC2 - Other]
production; us-east-1; DataTransfer-Out-Bytes; RunInstances; GB; 0.085; 700; traffic
production; eu-west-1; DataTransfer-Out-Bytes; RunInstances; GB; 0.085; 260; traffic
production; ap-southeast-2; DataTransfer-Out-Bytes; RunInstances; GB; 0.085; 120; traffic
production; us-east-1; DataTransfer-Regional-Bytes; InterZone-Out; GB; 0.01; 4200; traffic
production; eu-west-1; DataTransfer-Regional-Bytes; InterZone-Out; GB; 0.01; 1400; traffic
data; us-east-1; DataTransfer-Regional-Bytes; InterZone-Out; GB; 0.01; 2600; batch
data; us-east-1; USE1-EUW1-AWS-Out-Bytes; InterRegion; GB; 0.02; 900; batch
development; us-west-2; DataTransfer-Out-Bytes; RunInstances; GB; 0.085; 12; office
ml; us-east-1; DataTransfer-Out-Bytes; RunInstances; GB; 0.085; 20; batch
[Amazon CloudFront]
production; global; US-DataTransfer-Out-Bytes; GET; GB; 0.085; 1500; traffic; storefront; prod
production; global; EU-DataTransfer-Out-Bytes; GET; GB; 0.085; 260; traffic; storefront; prod
[Amazon ElastiCache]
production; us-east-1; NodeUsage:cache.r6g.xlarge; CreateCacheCluster:0002; Hours; 0.411; 192; steady; catalogue; prod
production; eu-west-1; NodeUsage:cache.r6g.large; CreateCacheCluster:0002; Hours; 0.206; 48; steady; catalogue; prod
[Amazon DynamoDB]
production; us-east-1; ReadRequestUnits; PayPerRequestThroughput; ReadRequestUnits; 1.25e-07; 2.2e8; traffic; checkout; prod
production; us-east-1; WriteRequestUnits; PayPerRequestThroughput; WriteRequestUnits; 6.25e-07; 9e7; traffic; checkout; prod
production; eu-west-1; WriteRequestUnits; PayPerRequestThroughput; WriteRequestUnits; 6.25e-07; 1.4e7; traffic; checkout; prod
[Amazon Elastic File System]
ml; us-east-1; TimedStorage-ByteHrs; ; GB-Mo; 0.3; 3600; stored; machine-learning; prod
[AWS Backup]
production; us-east-1; WarmStorage-ByteHrs-EBS; Storage; GB-Mo; 0.05; 30000; stored
production; eu-west-1; WarmStorage-ByteHrs-EBS; Storage; GB-Mo; 0.05; 8000; stored
[Amazon Elastic Container Service]
production; us-east-1; Fargate-vCPU-Hours:perCPU; ; vCPU-Hours; 0.04048; 2600; traffic; storefront; prod
production; us-east-1; Fargate-GB-Hours; ; GB-Hours; 0.004445; 5200; traffic; storefront; prod
production; eu-west-1; Fargate-vCPU-Hours:perCPU; ; vCPU-Hours; 0.04048; 500; traffic; storefront; prod
development; us-west-2; Fargate-vCPU-Hours:perCPU; ; vCPU-Hours; 0.04048; 90; office; platform; dev
[Amazon Elastic Container Service for Kubernetes]
production; us-east-1; AmazonEKS-Hours:perCluster; CreateOperation; Hours; 0.1; 48; steady; platform; prod
production; eu-west-1; AmazonEKS-Hours:perCluster; CreateOperation; Hours; 0.1; 24; steady; platform; prod
development; us-west-2; AmazonEKS-Hours:perCluster; CreateOperation; Hours; 0.1; 24; steady; platform; dev
[Amazon OpenSearch Service]
production; us-east-1; ESInstance:r6g.2xlarge; ESDomain; Hours; 0.669; 168; steady; catalogue; prod
production; us-east-1; ES:GP3-Storage; ESDomain; GB-Mo; 0.122; 9000; stored; catalogue; prod
[Amazon Managed Streaming for Apache Kafka]
data; us-east-1; Kafka.m5.2xlarge; RunBroker; Hours; 0.84; 216; steady; data-platform; prod
[Amazon Redshift]
data; us-east-1; Node:ra3.4xlarge; RunComputeNode:0001; Hours; 3.26; 96; steady; data-platform; prod
[AWS Glue]
data; us-east-1; ETL-DPU-Hour; Jobrun; DPU-Hour; 0.44; 340; batch; data-platform; prod
data; eu-west-1; ETL-DPU-Hour; Jobrun; DPU-Hour; 0.44; 190; traffic; data-platform; prod; glue-stopped
[Amazon Athena]
data; us-east-1; DataScannedInTB; ; Terabytes; 5; 14; batch; data-platform; prod
[Amazon SageMaker]
ml; us-east-1; Host:ml.g5.2xlarge; RunInstance; Hours; 1.515; 168; steady; machine-learning; prod
ml; us-east-1; Notebk:ml.t3.xlarge; RunInstance; Hours; 0.2; 60; office; machine-learning; dev
[Amazon Bedrock]
ml; us-east-1; NovaPro-output-tokens; InvokeModelInference; 1K tokens; 0.0032; 26000; rising; machine-learning; prod
production; us-east-1; NovaLite-input-tokens; InvokeModelInference; 1K tokens; 0.00006; 900000; traffic; storefront; prod; tokens-ramp
[AmazonCloudWatch]
production; us-east-1; DataProcessing-Bytes; PutLogEvents; GB; 0.5; 120; traffic; ; ; debug-logs
production; us-east-1; CW:MetricMonitorUsage; MetricStorage; Metrics; 0.01; 5200; traffic
production; eu-west-1; DataProcessing-Bytes; PutLogEvents; GB; 0.5; 40; traffic
production; ap-southeast-2; DataProcessing-Bytes; PutLogEvents; GB; 0.5; 15; traffic
data; us-east-1; DataProcessing-Bytes; PutLogEvents; GB; 0.5; 46; batch
development; us-west-2; DataProcessing-Bytes; PutLogEvents; GB; 0.5; 8; office
[Amazon GuardDuty]
management; us-east-1; PaidEventsAnalyzed; CloudTrail; Events; 4e-06; 6400000; traffic
management; eu-west-1; PaidEventsAnalyzed; CloudTrail; Events; 4e-06; 1400000; traffic
[AWS Config]
management; us-east-1; ConfigurationItemRecorded; ; Items; 0.003; 9000; traffic
[AWS CloudTrail]
management; us-east-1; PaidEventsRecorded; None; Events; 0.00002; 1800000; traffic
[AWS Key Management Service]
production; us-east-1; KMS-Requests; Decrypt; Requests; 3e-06; 11000000; traffic
data; us-east-1; KMS-Requests; Decrypt; Requests; 3e-06; 5000000; batch
[Amazon Simple Queue Service]
production; us-east-1; Requests-Tier1; SendMessage; Requests; 4e-07; 52000000; traffic; checkout; prod
[Amazon API Gateway]
production; us-east-1; ApiGatewayHttpRequest; ApiGatewayHttpApi; Requests; 1e-06; 24000000; traffic; storefront; prod
[AWS WAF]
production; global; Request; ; Requests; 6e-07; 26000000; traffic; storefront; prod
[Amazon Route 53]
production; global; DNS-Queries; A; Queries; 4e-07; 30000000; traffic
[AWS Secrets Manager]
production; us-east-1; SecretsManager-Secrets; ; Secrets-Mo; 0.4; 420; stored
"""


def _read(table: str) -> Iterator[Flow]:
    service = ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            service = line.strip("[]")
            continue
        account, region, usage, operation, unit, price, quantity, rhythm, *rest = (cell.strip() for cell in line.split(";"))
        yield Flow(account, region, service, usage, operation, unit, float(price), float(quantity), rhythm, *rest)


FLOWS = tuple(_read(_FLOWS))


class Fee(NamedTuple):
    """A charge of the month's first day, in the newest month's dollars; `month` limits it to one, counted back from the current one."""

    account: str
    region: str
    service: str
    record_type: str
    usage_type: str
    amount: float
    growth: float = 0.0
    month: int | None = None
    discounted: bool = False


FEES = (
    Fee("management", "", "AWS Support (Business)", "Fee", "Dollar", 9600, 0.012),
    Fee("production", "", "Snowline Observability", "Usage", "MP:subscription-120-hosts", 4800),
    Fee("data", "", "Quillbase Catalog (AWS Marketplace)", "Usage", "MP:annual-plan-monthly", 1350),
    Fee("management", "", "Tax", "Tax", "", 2500, 0.012),
    Fee("production", "us-east-1", "Amazon Elastic Compute Cloud - Compute", "Credit", "", -1800),
    Fee("ml", "us-east-1", "Amazon Bedrock", "Credit", "", -350),
    Fee("data", "us-east-1", "Amazon Redshift", "Refund", "", -1840, month=4),
    Fee("production", "eu-west-1", "Amazon Relational Database Service", "Refund", "", -420, month=1),
)
