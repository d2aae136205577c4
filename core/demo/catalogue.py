"""What the made-up company of the sample bill buys, as tables: who pays, where, which products, how much of each.

Prices are close to the providers' public ones in US dollars; names, ids and amounts are invented.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Provider(NamedTuple):
    """Who sells. `discount` is the negotiated share off the list price."""

    name: str
    issuer: str
    discount: float


class Account(NamedTuple):
    """An account, subscription or project, and the billing account that pays for it."""

    id: str
    name: str
    payer_id: str
    payer_name: str
    provider: Provider


class Region(NamedTuple):
    """A region; AWS usage types start with its prefix, and prices differ by its factor."""

    id: str
    name: str
    prefix: str
    factor: float


class Product(NamedTuple):
    """One priced thing. A unit that ends in `-Mo` is spread over the month; without a resource type it has no resource ids."""

    service: str
    category: str
    usage_type: str
    operation: str
    unit: str
    price: float
    resource_type: str
    what: str


class Rhythm(NamedTuple):
    """How use varies: a factor for each day from Monday on, growth a month, and day-to-day noise."""

    week: tuple[float, ...]
    growth: float = 0.015
    noise: float = 0.04


class Commitment(NamedTuple):
    """A Savings Plan or reservation: the share of the list price that it costs, and how much more is bought than is used."""

    id: str
    type: str
    category: str
    rate: float
    spare: float
    service: str
    service_category: str


class Fleet(NamedTuple):
    """Like resources of one owner. `each` is one resource's use a day (a month for `-Mo` units); hours are capped at 24.

    The first `covered` resources are under `commitment`. `since` counts days before the bill's end at which the fleet appears.
    """

    account: str
    region: str
    product: str
    name: str
    size: int
    each: float
    rhythm: str
    team: str
    env: str
    commitment: str = ""
    covered: int = 0
    since: int = 0


class Event(NamedTuple):
    """Something to find: a fleet's use is multiplied from `first` to `last` days before the bill's end."""

    first: int
    last: int
    factor: float


class Fee(NamedTuple):
    """A charge of the month's first day, in the month's own dollars before growth; `month` limits it to one, counted back from the last."""

    account: str
    service: str
    category: str
    charge: str
    description: str
    amount: float
    publisher: str = ""
    growth: float = 0.015
    month: int | None = None


AWS = Provider("AWS", "Amazon Web Services, Inc.", 0.05)
AZURE = Provider("Microsoft", "Microsoft", 0.08)
GOOGLE = Provider("Google Cloud", "Google Cloud", 0.03)

_PAYER = ("111122223333", "Northlight Management")
ACCOUNTS = {
    "management": Account(*_PAYER, *_PAYER, AWS),
    "production": Account("222233334444", "Northlight Production", *_PAYER, AWS),
    "data": Account("333344445555", "Northlight Data Platform", *_PAYER, AWS),
    "ml": Account("444455556666", "Northlight Machine Learning", *_PAYER, AWS),
    "development": Account("555566667777", "Northlight Development", *_PAYER, AWS),
    "azure": Account("/subscriptions/6f1c0a52-7d1b-4e8e-9c55-0a3f5d2b7e11", "Back office", "70418832", "Northlight Retail Ltd", AZURE),
    "google": Account("northlight-insights", "northlight-insights", "01A7F3-5C92E0-B4D816", "Northlight Google Cloud", GOOGLE),
}

REGIONS = {
    "use1": Region("us-east-1", "US East (N. Virginia)", "USE1-", 1.0),
    "usw2": Region("us-west-2", "US West (Oregon)", "USW2-", 1.0),
    "euw1": Region("eu-west-1", "EU (Ireland)", "EU-", 1.1),
    "aps2": Region("ap-southeast-2", "Asia Pacific (Sydney)", "APS2-", 1.25),
    "global": Region("", "", "", 1.0),
    "westeurope": Region("westeurope", "West Europe", "", 1.0),
    "us-central1": Region("us-central1", "Iowa", "", 1.0),
}

RHYTHMS = {
    "steady": Rhythm((1,) * 7, noise=0.0),
    "stored": Rhythm((1,) * 7, growth=0.022, noise=0.003),
    "traffic": Rhythm((1.0, 1.02, 1.03, 1.02, 1.0, 0.82, 0.78)),
    "office": Rhythm((0.46, 0.46, 0.46, 0.46, 0.44, 0.04, 0.04), noise=0.02),
    "batch": Rhythm((1.15, 1.0, 1.0, 1.0, 1.05, 0.7, 0.6), noise=0.07),
    "rising": Rhythm((1.05, 1.1, 1.1, 1.08, 1.0, 0.7, 0.68), growth=0.07, noise=0.06),
}

# By resource type, how its ids look.
RESOURCE_IDS = {
    "Instance": "arn:aws:ec2:{region}:{account}:instance/i-{id}",
    "Volume": "arn:aws:ec2:{region}:{account}:volume/vol-{id}",
    "NAT Gateway": "arn:aws:ec2:{region}:{account}:natgateway/nat-{id}",
    "Load Balancer": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{id}",
    "Distribution": "arn:aws:cloudfront::{account}:distribution/E{id}",
    "DB Instance": "arn:aws:rds:{region}:{account}:db:{name}",
    "Cache Node": "arn:aws:elasticache:{region}:{account}:cluster:{name}",
    "Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "Bucket": "arn:aws:s3:::northlight-{name}",
    "File System": "arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-{id}",
    "Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "Service": "arn:aws:ecs:{region}:{account}:service/main/{name}",
    "Cluster": "arn:aws:eks:{region}:{account}:cluster/{name}",
    "Domain": "arn:aws:es:{region}:{account}:domain/{name}",
    "Broker": "arn:aws:kafka:{region}:{account}:cluster/{name}/{id}",
    "Node": "arn:aws:redshift:{region}:{account}:cluster:{name}",
    "Job": "arn:aws:glue:{region}:{account}:job/{name}",
    "Endpoint": "arn:aws:sagemaker:{region}:{account}:endpoint/{name}",
    "Virtual machine": "{account}/resourceGroups/erp/providers/Microsoft.Compute/virtualMachines/{name}",
    "SQL database": "{account}/resourceGroups/erp/providers/Microsoft.Sql/servers/erp/databases/{name}",
    "Storage account": "{account}/resourceGroups/erp/providers/Microsoft.Storage/storageAccounts/{name}",
    "Project": "projects/{account}",
    "VM instance": "projects/{account}/zones/us-central1-a/instances/{name}",
    "Cloud bucket": "{name}",
}

# [service; category], then "key; usage type; operation; unit; price; resource type; what the price is for".
_PRODUCTS = """
[Amazon Elastic Compute Cloud; Compute]
c6i.2xlarge; BoxUsage:c6i.2xlarge; RunInstances; Hours; 0.34; Instance; On Demand Linux c6i.2xlarge Instance Hour
c6i.4xlarge; BoxUsage:c6i.4xlarge; RunInstances; Hours; 0.68; Instance; On Demand Linux c6i.4xlarge Instance Hour
m6i.xlarge; BoxUsage:m6i.xlarge; RunInstances; Hours; 0.192; Instance; On Demand Linux m6i.xlarge Instance Hour
m6i.2xlarge; BoxUsage:m6i.2xlarge; RunInstances; Hours; 0.384; Instance; On Demand Linux m6i.2xlarge Instance Hour
m6i.4xlarge; BoxUsage:m6i.4xlarge; RunInstances; Hours; 0.768; Instance; On Demand Linux m6i.4xlarge Instance Hour
r6i.4xlarge; BoxUsage:r6i.4xlarge; RunInstances; Hours; 1.008; Instance; On Demand Linux r6i.4xlarge Instance Hour
r6i.8xlarge; BoxUsage:r6i.8xlarge; RunInstances; Hours; 2.016; Instance; On Demand Linux r6i.8xlarge Instance Hour
r6i.8xlarge spot; SpotUsage:r6i.8xlarge; RunInstances; Hours; 0.7418; Instance; Spot Linux r6i.8xlarge Instance Hour
g5.2xlarge; BoxUsage:g5.2xlarge; RunInstances; Hours; 1.212; Instance; On Demand Linux g5.2xlarge Instance Hour
g5.12xlarge; BoxUsage:g5.12xlarge; RunInstances; Hours; 5.672; Instance; On Demand Linux g5.12xlarge Instance Hour
g5.24xlarge; BoxUsage:g5.24xlarge; RunInstances; Hours; 8.144; Instance; On Demand Linux g5.24xlarge Instance Hour
gp3; EBS:VolumeUsage.gp3; CreateVolume-Gp3; GB-Mo; 0.08; Volume; GB-month of General Purpose (gp3) storage
gp2; EBS:VolumeUsage.gp2; CreateVolume-Gp2; GB-Mo; 0.1; Volume; GB-month of General Purpose (gp2) storage
snapshots; EBS:SnapshotUsage; CreateSnapshot; GB-Mo; 0.05; ; GB-month of snapshot data stored
nat hours; NatGateway-Hours; NatGateway; Hours; 0.045; NAT Gateway; NAT Gateway Hour
nat bytes; NatGateway-Bytes; NatGateway; GB; 0.045; NAT Gateway; GB Data Processed by NAT Gateways
out; DataTransfer-Out-Bytes; RunInstances; GB; 0.085; ; GB data transferred out to the Internet
regional; DataTransfer-Regional-Bytes; InterZone-Out; GB; 0.01; ; GB data transferred between Availability Zones
to ireland; EUW1-AWS-Out-Bytes; InterRegion; GB; 0.02; ; GB data transferred to EU (Ireland)
[Amazon Virtual Private Cloud; Networking]
ipv4; PublicIPv4:InUseAddress; AllocateAddressVPC; Hours; 0.005; ; In-use public IPv4 address Hour
[Elastic Load Balancing; Networking]
alb; LCUUsage; LoadBalancing:Application; LCU-Hrs; 0.008; Load Balancer; Application load balancer capacity unit-hour
[Amazon CloudFront; Networking]
cloudfront; US-DataTransfer-Out-Bytes; GET; GB; 0.085; Distribution; GB data transfer out (United States)
[Amazon Relational Database Service; Databases]
postgres; Multi-AZUsage:db.r6g.4xlarge; CreateDBInstance:0014; Hours; 3.6; DB Instance; RDS db.r6g.4xlarge Multi-AZ PostgreSQL hour
aurora; InstanceUsage:db.r6g.2xlarge; CreateDBInstance:0021; Hours; 1.038; DB Instance; Aurora PostgreSQL db.r6g.2xlarge hour
small postgres; InstanceUsage:db.t4g.large; CreateDBInstance:0014; Hours; 0.129; DB Instance; RDS db.t4g.large PostgreSQL hour
database storage; RDS:Multi-AZ-GP3-Storage; CreateDBInstance:0014; GB-Mo; 0.23; DB Instance; GB-month of Multi-AZ gp3 storage
[Amazon ElastiCache; Databases]
cache; NodeUsage:cache.r6g.2xlarge; CreateCacheCluster:0002; Hours; 0.821; Cache Node; R6g.2xlarge cache node-hour running Redis
[Amazon DynamoDB; Databases]
reads; ReadRequestUnits; PayPerRequestThroughput; ReadRequestUnits; 1.25e-07; Table; read request unit
writes; WriteRequestUnits; PayPerRequestThroughput; WriteRequestUnits; 6.25e-07; Table; write request unit
[Amazon Simple Storage Service; Storage]
standard; TimedStorage-ByteHrs; StandardStorage; GB-Mo; 0.022; Bucket; GB-month of storage used
infrequent; TimedStorage-SIA-ByteHrs; StandardIAStorage; GB-Mo; 0.0125; Bucket; GB-month of Infrequent Access storage
puts; Requests-Tier1; PutObject; Requests; 5e-06; Bucket; PUT, COPY, POST or LIST request
[Amazon Elastic File System; Storage]
efs; TimedStorage-ByteHrs; ; GB-Mo; 0.3; File System; GB-month of Standard storage
[AWS Backup; Storage]
backup; WarmStorage-ByteHrs-EBS; Storage; GB-Mo; 0.05; ; GB-month of warm backup storage
[AWS Lambda; Compute]
lambda; Lambda-GB-Second; Invoke; GB-Seconds; 1.66667e-05; Function; GB-second of execution
[Amazon Elastic Container Service; Compute]
fargate; Fargate-vCPU-Hours:perCPU; ; vCPU-Hours; 0.04048; Service; AWS Fargate vCPU hour
[Amazon Elastic Kubernetes Service; Compute]
eks; AmazonEKS-Hours:perCluster; CreateOperation; Cluster-Hours; 0.1; Cluster; EKS cluster hour
[Amazon OpenSearch Service; Analytics]
search; ESInstance:r6g.4xlarge; ESDomain; Hours; 1.339; Domain; r6g.4xlarge.search instance hour
[Amazon Managed Streaming for Apache Kafka; Analytics]
kafka; Kafka.m5.2xlarge; RunBroker; Hours; 0.84; Broker; kafka.m5.2xlarge broker hour
[Amazon Redshift; Analytics]
redshift; Node:ra3.4xlarge; RunComputeNode:0001; Hours; 3.26; Node; ra3.4xlarge node hour
[AWS Glue; Analytics]
glue; ETL-DPU-Hour; Jobrun; DPU-Hour; 0.44; Job; DPU-hour for ETL jobs
[Amazon Athena; Analytics]
athena; DataScannedInTB; ; Terabytes; 5; ; terabyte scanned
[Amazon SageMaker; AI and Machine Learning]
sagemaker; Host:ml.g5.2xlarge; RunInstance; Hours; 1.515; Endpoint; ml.g5.2xlarge hosting hour
[Amazon Bedrock; AI and Machine Learning]
bedrock; NovaPro-output-tokens; InvokeModelInference; 1K tokens; 0.0032; ; 1K output tokens of Amazon Nova Pro
[AmazonCloudWatch; Management and Governance]
logs; DataProcessing-Bytes; PutLogEvents; GB; 0.5; ; GB custom log data ingested
metrics; CW:MetricMonitorUsage; MetricStorage; Metrics-Mo; 0.3; ; metric-month
[Amazon GuardDuty; Security]
threats; PaidEventsAnalyzed; CloudTrail; Events; 4e-06; ; CloudTrail event analysed
[AWS Config; Management and Governance]
config; ConfigurationItemRecorded; ; Items; 0.003; ; configuration item recorded
[AWS Key Management Service; Security]
keys; KMS-Requests; Decrypt; Requests; 3e-06; ; KMS request
[Amazon Simple Queue Service; Integration]
queue; Requests-Tier1; SendMessage; Requests; 4e-07; ; standard queue request
[Amazon API Gateway; Networking]
api; ApiGatewayHttpRequest; ApiGatewayHttpApi; Requests; 1e-06; ; HTTP API request
[AWS WAF; Security]
waf; Request; ; Requests; 6e-07; ; request inspected
[Virtual Machines; Compute]
azure vm; D8s v5; ; Hours; 0.46; Virtual machine; D8s v5 hour
[Azure SQL Database; Databases]
azure sql; vCore; ; vCore-Hours; 0.2525; SQL database; General Purpose vCore hour
[Storage Accounts; Storage]
azure storage; Hot LRS Data Stored; ; GB-Mo; 0.0184; Storage account; GB-month of hot storage
[BigQuery; Analytics]
bigquery; Analysis; ; Tebibytes; 6.25; Project; tebibyte analysed
[Compute Engine; Compute]
gce; N2 Instance; ; Hours; 0.3885; VM instance; n2-standard-8 hour
[Cloud Storage; Storage]
gcs; Standard Storage; ; GB-Mo; 0.02; Cloud bucket; GB-month of standard storage
"""


def _read(table: str) -> Iterator[tuple[str, Product]]:
    service = category = ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            service, category = line.strip("[]").split("; ")
            continue
        key, usage_type, operation, unit, price, resource_type, what = line.split("; ")
        yield key, Product(service, category, usage_type, operation, unit, float(price), resource_type, what)


PRODUCTS = dict(_read(_PRODUCTS))

COMMITMENTS = {
    "plan": Commitment(
        "arn:aws:savingsplans::111122223333:savingsplan/9d1f7c52-4c0e-4f5b-8a8e-2f6f5b0c7a31",
        "Compute Savings Plan",
        "Spend",
        0.72,
        0.03,
        "Savings Plans for AWS Compute usage",
        "Compute",
    ),
    "reserved": Commitment(
        "arn:aws:rds:us-east-1:111122223333:ri:postgres-r6g-2026",
        "Reserved Instance",
        "Usage",
        0.66,
        0.0,
        "Amazon Relational Database Service",
        "Databases",
    ),
}

FLEETS = (
    # account, region, product, name, size, each, rhythm, team, env, commitment, covered, since
    Fleet("production", "use1", "c6i.4xlarge", "storefront-web", 14, 24, "traffic", "storefront", "prod", "plan", 9),
    Fleet("production", "use1", "m6i.4xlarge", "checkout-api", 12, 24, "steady", "checkout", "prod", "plan", 9),
    Fleet("production", "use1", "r6i.4xlarge", "catalogue-cache", 6, 24, "steady", "catalogue", "prod", "plan", 4),
    Fleet("production", "euw1", "c6i.4xlarge", "storefront-web-eu", 8, 24, "traffic", "storefront", "prod"),
    Fleet("production", "euw1", "m6i.2xlarge", "checkout-api-eu", 6, 24, "steady", "checkout", "prod"),
    Fleet("production", "aps2", "c6i.2xlarge", "storefront-web-apac", 5, 24, "traffic", "storefront", "prod"),
    Fleet("data", "use1", "r6i.8xlarge", "spark-core", 6, 24, "steady", "data-platform", "prod"),
    Fleet("data", "use1", "r6i.8xlarge spot", "spark-task", 6, 20, "batch", "data-platform", "prod"),
    Fleet("ml", "use1", "g5.12xlarge", "recommender-training", 3, 20, "batch", "machine-learning", "prod"),
    Fleet("ml", "use1", "g5.2xlarge", "recommender-serving", 4, 24, "steady", "machine-learning", "prod"),
    Fleet("development", "usw2", "m6i.xlarge", "dev-workstation", 10, 24, "office", "", "dev"),
    Fleet("development", "usw2", "g5.24xlarge", "llm-experiment", 2, 24, "steady", "", "", since=66),
    Fleet("production", "use1", "gp3", "orders-data", 5, 4000, "stored", "checkout", "prod"),
    Fleet("data", "use1", "gp3", "spark-scratch", 4, 6000, "stored", "data-platform", "prod"),
    Fleet("production", "euw1", "gp2", "storefront-logs", 4, 2000, "stored", "storefront", "prod"),
    Fleet("development", "usw2", "gp2", "old-build-agent", 5, 800, "steady", "", ""),
    Fleet("production", "use1", "snapshots", "snapshots", 1, 34000, "stored", "", ""),
    Fleet("production", "use1", "nat hours", "nat-main", 2, 24, "steady", "platform", "prod"),
    Fleet("production", "use1", "nat bytes", "nat-main", 2, 640, "traffic", "platform", "prod"),
    Fleet("production", "euw1", "nat bytes", "nat-eu", 1, 420, "traffic", "platform", "prod"),
    Fleet("data", "use1", "nat hours", "nat-data", 1, 24, "steady", "data-platform", "prod"),
    Fleet("data", "use1", "nat bytes", "nat-data", 1, 1500, "batch", "data-platform", "prod"),
    Fleet("production", "use1", "out", "internet-egress", 1, 1250, "traffic", "", ""),
    Fleet("production", "euw1", "out", "internet-egress-eu", 1, 480, "traffic", "", ""),
    Fleet("production", "use1", "regional", "between-zones", 1, 4200, "traffic", "", ""),
    Fleet("data", "use1", "to ireland", "replication", 1, 900, "batch", "", ""),
    Fleet("production", "use1", "ipv4", "addresses", 1, 4600, "steady", "", ""),
    Fleet("production", "use1", "alb", "storefront", 2, 1150, "traffic", "storefront", "prod"),
    Fleet("production", "euw1", "alb", "storefront-eu", 1, 900, "traffic", "storefront", "prod"),
    Fleet("production", "global", "cloudfront", "cdn", 3, 980, "traffic", "storefront", "prod"),
    Fleet("production", "use1", "postgres", "orders-db", 4, 24, "steady", "checkout", "prod", "reserved", 3),
    Fleet("production", "euw1", "postgres", "orders-db-eu", 2, 24, "steady", "checkout", "prod"),
    Fleet("production", "use1", "aurora", "catalogue-db", 4, 24, "steady", "catalogue", "prod"),
    Fleet("development", "usw2", "small postgres", "dev-db", 4, 24, "steady", "platform", "dev"),
    Fleet("production", "use1", "database storage", "orders-db", 3, 3600, "stored", "checkout", "prod"),
    Fleet("production", "use1", "cache", "session-cache", 4, 24, "steady", "storefront", "prod"),
    Fleet("production", "euw1", "cache", "session-cache-eu", 2, 24, "steady", "storefront", "prod"),
    Fleet("production", "use1", "reads", "basket", 2, 180e6, "traffic", "checkout", "prod"),
    Fleet("production", "use1", "writes", "basket", 2, 55e6, "traffic", "checkout", "prod"),
    Fleet("data", "use1", "standard", "lake", 3, 130000, "stored", "data-platform", "prod"),
    Fleet("production", "use1", "standard", "media", 2, 70000, "stored", "catalogue", "prod"),
    Fleet("production", "euw1", "standard", "media-eu", 1, 42000, "stored", "catalogue", "prod"),
    Fleet("data", "use1", "infrequent", "archive", 2, 110000, "stored", "data-platform", "prod"),
    Fleet("data", "use1", "puts", "lake", 1, 9e6, "batch", "data-platform", "prod"),
    Fleet("ml", "use1", "efs", "datasets", 1, 5200, "stored", "machine-learning", "prod"),
    Fleet("management", "use1", "backup", "backups", 1, 30000, "stored", "", ""),
    Fleet("production", "use1", "lambda", "order-events", 4, 1.9e6, "traffic", "checkout", "prod"),
    Fleet("production", "euw1", "lambda", "order-events-eu", 2, 1.2e6, "traffic", "checkout", "prod"),
    Fleet("production", "use1", "fargate", "pricing", 2, 900, "traffic", "catalogue", "prod"),
    Fleet("development", "usw2", "fargate", "preview", 1, 520, "office", "storefront", "dev"),
    Fleet("production", "use1", "eks", "main", 1, 24, "steady", "platform", "prod"),
    Fleet("development", "usw2", "eks", "sandbox", 1, 24, "steady", "platform", "dev"),
    Fleet("production", "use1", "search", "product-search", 6, 24, "steady", "catalogue", "prod"),
    Fleet("data", "use1", "kafka", "events", 6, 24, "steady", "data-platform", "prod"),
    Fleet("data", "use1", "redshift", "warehouse", 4, 24, "steady", "data-platform", "prod"),
    Fleet("data", "use1", "glue", "nightly-load", 3, 80, "batch", "data-platform", "prod"),
    Fleet("data", "use1", "athena", "analysts", 1, 9, "office", "", ""),
    Fleet("ml", "use1", "sagemaker", "ranking", 3, 24, "steady", "machine-learning", "prod"),
    Fleet("ml", "use1", "bedrock", "assistant", 1, 38000, "rising", "", ""),
    Fleet("production", "use1", "logs", "logs", 1, 210, "traffic", "", ""),
    Fleet("data", "use1", "logs", "logs-data", 1, 60, "batch", "", ""),
    Fleet("production", "use1", "metrics", "metrics", 1, 6200, "stored", "", ""),
    Fleet("management", "use1", "threats", "guardduty", 1, 9.5e6, "traffic", "", ""),
    Fleet("management", "use1", "config", "config", 1, 6500, "traffic", "", ""),
    Fleet("production", "use1", "keys", "keys", 1, 5.2e6, "traffic", "", ""),
    Fleet("production", "use1", "queue", "orders", 1, 42e6, "traffic", "", ""),
    Fleet("production", "use1", "api", "public-api", 1, 31e6, "traffic", "", ""),
    Fleet("production", "use1", "waf", "edge", 1, 26e6, "traffic", "", ""),
    Fleet("azure", "westeurope", "azure vm", "erp", 6, 24, "steady", "back-office", "prod"),
    Fleet("azure", "westeurope", "azure sql", "ledger", 2, 192, "steady", "back-office", "prod"),
    Fleet("azure", "westeurope", "azure storage", "documents", 1, 48000, "stored", "back-office", "prod"),
    Fleet("google", "us-central1", "bigquery", "insights", 1, 19, "office", "marketing", "prod"),
    Fleet("google", "us-central1", "gce", "attribution", 4, 24, "steady", "marketing", "prod"),
    Fleet("google", "us-central1", "gcs", "northlight-clickstream", 1, 30000, "stored", "marketing", "prod"),
)

EVENTS = {
    "logs": Event(41, 39, 9.0),  # debug logging left on for three days
    "nat-data": Event(96, 0, 2.8),  # a route lost its gateway endpoint to S3, for good
}

FEES = (
    Fee("management", "AWS Support (Business)", "Support", "Purchase", "AWS Support (Business), monthly charge", 9400),
    Fee(
        "production",
        "Snowline Observability",
        "Management and Governance",
        "Purchase",
        "Monthly subscription, 120 hosts",
        5400,
        "Snowline Software",
        0.0,
    ),
    Fee("management", "Tax", "Other", "Tax", "US sales tax", 2650),
    Fee("management", "Amazon Elastic Compute Cloud", "Compute", "Credit", "Migration programme credit", -2200, growth=0.0),
    Fee("ml", "Amazon Bedrock", "AI and Machine Learning", "Credit", "Promotional credit", -350, growth=0.0),
    Fee("data", "Amazon Redshift", "Analytics", "Adjustment", "Refund for a service interruption", -1840, growth=0.0, month=4),
)
