"""The one service vocabulary: what Cost Explorer, CUR and FOCUS call a service, as one label and one group.

EBS, NAT gateways and data transfer, which bills file under EC2 and others, stand under labels of their own, so
that a filter means the same on every page and for every source. A name that isn't here keeps its own spelling.

Names follow the AWS Price List's service codes, Cost Explorer's SERVICE dimension and the FOCUS ServiceName; groups
follow the FOCUS ServiceCategory, plus End User Computing, Support, Marketplace and Tax.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Service(NamedTuple):
    """A service as the product shows it."""

    label: str
    group: str


EBS = Service("EBS", "Storage")
NAT_GATEWAY = Service("NAT Gateway", "Networking")
DATA_TRANSFER = Service("Data Transfer", "Networking")
TAX = Service("Tax", "Tax")
MARKETPLACE = Service("AWS Marketplace", "Marketplace")

# First match wins. Usage types carry a region prefix such as USE1- or none at all. `EBSOptimized:` is compute.
USAGE_TYPE_RULES: tuple[tuple[str, Service], ...] = (
    (r"(^|-)NatGateway-", NAT_GATEWAY),
    (r"(^|-)EBS:", EBS),
    (r"(^|-)(DataTransfer-|AWS-(In|Out)-A?Bytes$)|-(In|Out)-A?Bytes$", DATA_TRANSFER),
)

# For bills without usage types: what the line says of itself, within EC2 only.
DESCRIPTION_RULES: tuple[tuple[str, Service], ...] = (
    (r"(?i)\bnat ?gateway", NAT_GATEWAY),
    (r"(?i)\b(gp[23]|io[12]|st1|sc1|magnetic|snapshot|EBS)\b", EBS),
    (r"(?i)data (transfer|processed)", DATA_TRANSFER),
)

EC2_LABEL = "EC2"
OWN_TRANSFER = ("CloudFront",)
"""Services whose bytes are their product, not data transfer between others."""

_PROVIDERS = {
    "AWS": ("aws", "amazon web services", "amazon web services, inc."),
    "Microsoft": ("microsoft", "azure", "microsoft azure", "microsoft corporation"),
    "Google Cloud": ("google cloud", "gcp", "google", "google cloud platform", "google llc"),
    "Oracle": ("oracle", "oci", "oracle cloud", "oracle cloud infrastructure", "oracle corporation"),
}

# [group], then "label: name; name".
_TABLE = """
[Compute]
EC2: AmazonEC2; OCBElasticComputeCloud; Amazon Elastic Compute Cloud - Compute; Amazon Elastic Compute Cloud
EC2 other: EC2 - Other
EC2 Reserved Instance marketplace: AmazonEC2RIResale2
EC2 OCPU licence fees: AmazonEC2OCPULicenseFees; Amazon EC2 OCPU License Fees
Lambda: AWSLambda; AWS Lambda
ECS: AmazonECS; Amazon Elastic Container Service; Amazon EC2 Container Service
EKS: AmazonEKS; Amazon Elastic Container Service for Kubernetes; Amazon Elastic Kubernetes Service
EKS Anywhere: AmazonEKSAnywhere; Amazon EKS Anywhere
ECR: AmazonECR; Amazon EC2 Container Registry (ECR); Amazon Elastic Container Registry
ECR Public: AmazonECRPublic; Amazon Elastic Container Registry Public
ROSA (OpenShift): ROSA; Red Hat OpenShift Service on AWS
App Runner: AWSAppRunner; AWS App Runner
Lightsail: AmazonLightsail; Amazon Lightsail
Elastic VMware Service: AmazonEVS; AmazonEVSLicensesIncluded; Amazon Elastic VMware Service
Outposts: AWSOutposts; AWS Outposts
VMware Cloud on AWS: VMwareCloudOnAWS; VMware Cloud on AWS
Parallel Computing Service: AWSPCS; AWS Parallel Computing Service
SimSpace Weaver: SimSpaceWeaver; AWS SimSpace Weaver
Braket: AmazonBraket; Amazon Braket
Compute Savings Plans: ComputeSavingsPlans; Savings Plans for AWS Compute usage; Savings Plans for Compute usage
Modular Data Center: AWSMDC; AWS Modular Data Center
[Storage]
EBS: AmazonEBS; Amazon Elastic Block Store; EC2 - EBS
S3: AmazonS3; Amazon Simple Storage Service
S3 Glacier: AmazonGlacier; Amazon Glacier; Amazon S3 Glacier
S3 Glacier Deep Archive: AmazonS3GlacierDeepArchive; Amazon S3 Glacier Deep Archive
EFS: AmazonEFS; Amazon Elastic File System
FSx: AmazonFSx; Amazon FSx
Backup: AWSBackup; AWS Backup
Storage Gateway: AWSStorageGateway; AWSStorageGatewayDeepArchive; AWS Storage Gateway; AWS Storage Gateway Deep Archive
Elastic Disaster Recovery: AWSElasticDisasterRecovery; AWS Elastic Disaster Recovery; CloudEndure Disaster Recovery
Snow Family: IngestionServiceSnowball; SnowballExtraDays; IngestionService; AWS Import/Export Snowball; AWS Snowball Extra Days; \
AWS Snowball
[Networking]
NAT Gateway:
Data Transfer: AWSDataTransfer; AWS Data Transfer
VPC: AmazonVPC; Amazon Virtual Private Cloud
Elastic Load Balancing: AWSELB; Amazon Elastic Load Balancing; Elastic Load Balancing; EC2 - ELB
CloudFront: AmazonCloudFront; CloudFrontPlans; Amazon CloudFront
Route 53: AmazonRoute53; Amazon Route 53
Route 53 domains: AmazonRegistrar; Amazon Registrar
Route 53 Application Recovery Controller: AWSR53AppRecoveryController; AWS Route 53 Application Recovery Controller
API Gateway: AmazonApiGateway; Amazon API Gateway
Direct Connect: AWSDirectConnect; AWS Direct Connect
Interconnect: AWSInterconnect; AWS Interconnect
Global Accelerator: AWSGlobalAccelerator; AWS Global Accelerator
Cloud WAN: AWSCloudWAN; AWS Cloud WAN
Cloud Map: AWSCloudMap; AWS Cloud Map
Network Firewall: AWSNetworkFirewall; AWS Network Firewall
Private 5G: AWSPrivate5G; AWS Private 5G
Telco Network Builder: AWSTelcoNetworkBuilder; AWS Telco Network Builder
[AI and Machine Learning]
Machine Learning Savings Plans: MachineLearningSavingsPlans; Savings Plans for AWS Machine Learning
SageMaker: AmazonSageMaker; Amazon SageMaker
Bedrock: AmazonBedrock; AmazonBedrockService; AmazonBedrockFoundationModels; AmazonBedrockAgentCore; Amazon Bedrock; \
Amazon Bedrock Service; Amazon Bedrock AgentCore; Amazon Bedrock Foundation Models
Amazon Q: AmazonQ; AmazonCodeWhisperer; Kiro; Amazon Q; Amazon CodeWhisperer
Nova Act: NovaAct; Amazon Nova Act
Comprehend: comprehend; comprehendmedical; Amazon Comprehend; Amazon Comprehend Medical
Rekognition: AmazonRekognition; Amazon Rekognition
Textract: AmazonTextract; Amazon Textract
Transcribe: transcribe; Amazon Transcribe
Translate: translate; Amazon Translate
Polly: AmazonPolly; Amazon Polly
Lex: AmazonLex; Amazon Lex
Kendra: AmazonKendra; Amazon Kendra
Personalize: AmazonPersonalize; Amazon Personalize
Forecast: AmazonForecast; Amazon Forecast
Fraud Detector: AmazonFraudDetector; Amazon Fraud Detector
Augmented AI: AmazonA2I; Amazon Augmented AI
Elastic Inference: AmazonEI; Amazon Elastic Inference
Machine Learning (classic): AmazonML; Amazon Machine Learning
Lookout: AmazonLookoutEquipment; AmazonLookoutMetrics; AmazonLookoutVision; Amazon Lookout for Equipment; Amazon Lookout for Metrics; \
Amazon Lookout for Vision
HealthLake: AmazonHealthLake; Amazon HealthLake
HealthOmics: AmazonOmics; Amazon Omics; AWS HealthOmics
HealthImaging: AmazonMedicalImaging; AWS HealthImaging; Amazon Medical Imaging
DeepRacer: AWSDeepRacer; AWS DeepRacer
Panorama: AWSPanorama; AWS Panorama
Mechanical Turk: AmazonMTurk; MTurk; Amazon Mechanical Turk; Amazon Mechanical Turk Worker Rewards
[Databases]
Database Savings Plans: DatabaseSavingsPlans; Savings Plans for AWS Database usage; Savings Plans for Database usage
RDS: AmazonRDS; AmazonRDSOCPULicenseFees; Amazon Relational Database Service; Amazon RDS OCPU License Fees
Aurora DSQL: AuroraDSQL; Amazon Aurora DSQL
DynamoDB: AmazonDynamoDB; Amazon DynamoDB
DynamoDB Accelerator: AmazonDAX; DynamoDB Accelerator (DAX); Amazon DynamoDB Accelerator (DAX)
ElastiCache: AmazonElastiCache; Amazon ElastiCache
MemoryDB: AmazonMemoryDB; Amazon MemoryDB; Amazon MemoryDB for Redis
DocumentDB: AmazonDocDB; Amazon DocumentDB (with MongoDB compatibility)
Neptune: AmazonNeptune; Amazon Neptune
Keyspaces: AmazonMCS; Amazon Keyspaces (for Apache Cassandra); Amazon MCS
Timestream: AmazonTimestream; TimeBase; Amazon Timestream
QLDB: AmazonQLDB; Amazon Quantum Ledger Database
SimpleDB: AmazonSimpleDB; Amazon SimpleDB
Oracle Database@AWS: OracleDbAtAWS; Oracle Database@AWS
Redshift: AmazonRedshift; Amazon Redshift
[Analytics]
Athena: AmazonAthena; Amazon Athena
Glue: AWSGlue; AWSGlueElasticViews; AWS Glue; AWS Glue Elastic Views
Lake Formation: AWSLakeFormation; AWS Lake Formation
EMR: ElasticMapReduce; Amazon Elastic MapReduce
OpenSearch: AmazonES; Amazon OpenSearch Service; Amazon Elasticsearch Service
CloudSearch: AmazonCloudSearch; Amazon CloudSearch
Kinesis Data Streams: AmazonKinesis; Amazon Kinesis
Data Firehose: AmazonKinesisFirehose; Amazon Kinesis Firehose; Amazon Data Firehose
Managed Service for Apache Flink: AmazonKinesisAnalytics; Amazon Kinesis Analytics; Amazon Managed Service for Apache Flink
MSK (Kafka): AmazonMSK; Amazon Managed Streaming for Apache Kafka
QuickSight: AmazonQuickSight; AmazonQuickSuite; Amazon QuickSight; Amazon Quick Suite; Amazon Quick
DataZone: AmazonDataZone; Amazon DataZone
Data Exchange: AWSDataExchange; AWS Data Exchange
Data Pipeline: datapipeline; AWS Data Pipeline
Clean Rooms: AWSCleanRooms; AWS Clean Rooms
Entity Resolution: AWSEntityResolution; AWS Entity Resolution
FinSpace: AmazonFinSpace; Amazon FinSpace
[Internet of Things]
Monitron: AmazonMonitron; Amazon Monitron
IoT Core: AWSIoT; AWSGreengrass; AWSIoT1Click; AWS IoT; AWS Greengrass; AWS IoT Greengrass; AWS IoT 1-Click
IoT Device Management: IoTDeviceManagement; AWS IoT Device Management
IoT Device Defender: IoTDeviceDefender; AWS IoT Device Defender
IoT Analytics: AWSIoTAnalytics; AWS IoT Analytics
IoT Events: AWSIoTEvents; AWS IoT Events
IoT SiteWise: AWSIoTSiteWise; AWS IoT SiteWise
IoT FleetWise: AWSIoTFleetWise; AWS IoT FleetWise
IoT TwinMaker: IoTTwinMaker; AWS IoT TwinMaker
IoT Things Graph: AWSIoTThingsGraph; AWS IoT Things Graph
[Integration]
SQS: AWSQueueService; Amazon Simple Queue Service
SNS: AmazonSNS; Amazon Simple Notification Service
EventBridge: AWSEvents; CloudWatch Events; Amazon EventBridge; AWS Events
Step Functions: AmazonStates; AWS Step Functions
SWF: AmazonSWF; Amazon Simple Workflow Service
MQ: AmazonMQ; Amazon MQ
Managed Airflow: AmazonMWAA; Amazon Managed Workflows for Apache Airflow
AppFlow: AppFlow; AmazonAppFlow; Amazon AppFlow
AppFabric: AWSAppFabric; AWS AppFabric
B2B Data Interchange: AWSB2Bi; AWS B2B Data Interchange
[Web]
AppSync: AWSAppSync; AWS AppSync
Amplify: AWSAmplify; AWS Amplify
Location Service: AmazonLocationService; Amazon Location Service
[Management and Governance]
CloudWatch: AmazonCloudWatch; Amazon CloudWatch
X-Ray: AWSXRay; AWS X-Ray
CloudTrail: AWSCloudTrail; AWS CloudTrail
Config: AWSConfig; AWS Config
CloudFormation: AWSCloudFormation; AWS CloudFormation
Systems Manager: AWSSystemsManager; SSMSAP; AWS Systems Manager; AWS Systems Manager for SAP
Service Catalog: AWSServiceCatalog; AWS Service Catalog
OpsWorks: OpsWorks; AWS OpsWorks
Managed Grafana: AmazonGrafana; Amazon Managed Grafana; Amazon Grafana
Managed Prometheus: AmazonPrometheus; Amazon Managed Service for Prometheus
Resilience Hub: AWSResilienceHub; AWS Resilience Hub
DevOps Guru: AmazonDevOpsGuru; Amazon DevOps Guru
DevOps Agent: DevOpsAgent; AWS DevOps Agent
Compute Optimizer: AWSComputeOptimizer; AWS Compute Optimizer
Managed Services (AMS): AWSManagedServices; AMSOperations; AWS Managed Services
Cost Explorer API: AWSCostExplorer; AWS Cost Explorer
Budgets: AWSBudgets; AWS Budgets
Billing Conductor: AWSBillingConductor; AWS Billing Conductor
Pricing Calculator: AWSBCMPricingCalculator; AWS Billing and Cost Management Pricing Calculator
[Support]
Incident Detection and Response: AWSIncidentDetectionResponse; OCBAWSIncidentDetectionResponse; AWS Incident Detection and Response
AWS Support: AWSSupportBusiness; AWSSupportDeveloper; AWSSupportEnterprise; AWSSupportEssential; AWSDeveloperSupport; \
AWSEnterpriseOnRamp; OCBPremiumSupport; AWSUnifiedOperations; AWSCountdown; AWS Support (Business); AWS Support (Developer); \
AWS Support (Enterprise); AWS Enterprise On-Ramp; AWS Premium Support
[Security]
KMS: awskms; AWS Key Management Service
Secrets Manager: AWSSecretsManager; AWS Secrets Manager
Certificate Manager: AWSCertificateManager; ACM; AWS Certificate Manager
CloudHSM: CloudHSM; AWS CloudHSM
Payment Cryptography: PaymentCryptography; AWS Payment Cryptography
WAF: awswaf; AWS WAF
Shield: AWSShield; AWS Shield
Firewall Manager: AWSFMS; AWS Firewall Manager
GuardDuty: AmazonGuardDuty; Amazon GuardDuty
Inspector: AmazonInspector; AmazonInspectorV2; Amazon Inspector
Macie: AmazonMacie; Amazon Macie
Detective: AmazonDetective; Amazon Detective
Security Hub: AWSSecurityHub; AWS Security Hub
Security Lake: AmazonSecurityLake; Amazon Security Lake
Security Agent: SecAgent; AWS Security Agent
Security Incident Response: AWSSecurityIncidentResponse; AWS Security Incident Response
Audit Manager: auditmanager; AWS Audit Manager
[Identity]
Cognito: AmazonCognito; AmazonCognitoSync; Amazon Cognito; Amazon Cognito Sync
Directory Service: AWSDirectoryService; AWS Directory Service
Cloud Directory: AmazonCloudDirectory; Amazon Cloud Directory
Verified Permissions: AmazonVerifiedPermissions; Amazon Verified Permissions
IAM Access Analyzer: AWSIAMAccessAnalyzer; AWS Identity and Access Management Access Analyzer
[Developer Tools]
CodeBuild: CodeBuild; AWS CodeBuild
CodePipeline: AWSCodePipeline; AWS CodePipeline
CodeCommit: AWSCodeCommit; AWS CodeCommit
CodeDeploy: AWSCodeDeploy; AWS CodeDeploy
CodeArtifact: AWSCodeArtifact; AWS CodeArtifact
CodeGuru: CodeGuru; Amazon CodeGuru
CodeCatalyst: CodeCatalyst; Amazon CodeCatalyst
Device Farm: AWSDeviceFarm; OCBAWSDeviceFarm; AWS Device Farm
Fault Injection Service: AWSFIS; AWS Fault Injection Simulator; AWS Fault Injection Service
CloudShell: AWSCloudShell; AWS CloudShell
App Studio: AWSAppStudio; AWS App Studio
[Migration]
DMS: AWSDatabaseMigrationSvc; AWS Database Migration Service
DataSync: AWSDataSync; AWS DataSync
Transfer Family: AWSTransfer; AWS Transfer Family
Application Migration Service: AWSApplicationMigrationSvc; AWS Application Migration Service
Mainframe Modernization: AWSM2; AWS Mainframe Modernization
Migration Hub Refactor Spaces: AWSMigrationHubRefactorSpaces; AWS Migration Hub Refactor Spaces
Transform: AWSTransform; AWS Transform
[End User Computing]
WorkSpaces: AmazonWorkSpaces; AmazonWorkSpacesInstances; AmazonWorkSpacesThinClient; Amazon WorkSpaces; Amazon WorkSpaces Thin Client
WorkSpaces Secure Browser: AmazonWorkSpacesWeb; Amazon WorkSpaces Web; Amazon WorkSpaces Secure Browser
AppStream 2.0: AmazonAppStream; Amazon AppStream; Amazon AppStream 2.0
WorkSpaces Application Manager: AmazonWAM; Amazon WorkSpaces Application Manager
WorkLink: AmazonWorkLink; Amazon WorkLink
[Business Applications]
WorkDocs: AmazonWorkDocs; Amazon WorkDocs
WorkMail: AmazonWorkMail; Amazon WorkMail
Connect: AmazonConnect; ContactCenterTelecomm; ContactCenterTelecommKR; ContactCenterTelecommZA; ContactLensAmazonConnect; \
AmazonConnectCases; AmazonConnectVoiceID; CustomerProfiles; AWSWisdom; Amazon Connect; \
Contact Center Telecommunications (service sold by AMCS, LLC); Contact Lens for Amazon Connect; Amazon Connect Cases; \
Amazon Connect Customer Profiles; Amazon Connect Voice ID
Chime: AmazonChime; AmazonChimeServices; AmazonChimeDialin; AmazonChimeVoiceConnector; AmazonChimeBusinessCalling; AmazonChimeCallMe; \
AmazonChimeCallMeAMCS; AmazonChimeDialInAMCS; AmazonChimeFeatures; Amazon Chime; Amazon Chime Services; Amazon Chime Dial-in; \
Amazon Chime Voice Connector a service sold by AMCS, LLC; Amazon Chime Business Calling a service sold by AMCS, LLC
SES: AmazonSES; Amazon Simple Email Service
Pinpoint / End User Messaging: AmazonPinpoint; AWSEndUserMessaging3pFees; Amazon Pinpoint; AWS End User Messaging; \
AWS End User Messaging 3rd Party Fees
Honeycode: AmazonHoneycode; Amazon Honeycode
Wickr: AWSWickr; AWS Wickr
Supply Chain: AWSSupplyChain; AWS Supply Chain
re:Post Private: repostspace; AWS re:Post Private
Alexa for Business: A4B; Alexa for Business
Alexa web services: AlexaTopSites; AlexaWebInfoService; Alexa Top Sites; Alexa Web Information Service
RTB Fabric: AWSRTBFabric; AWS RTB Fabric
Mobile Analytics: mobileanalytics; Amazon Mobile Analytics
[Other]
Ground Station: AWSGroundStation; AWS Ground Station
RoboMaker: AWSRoboMaker; AWS RoboMaker
Managed Blockchain: AmazonManagedBlockchain; Amazon Managed Blockchain
Training and certification: AWSSkillBuilderIndividual; OCBreInvent; APNFee; AWS Skill Builder Individual
[Media]
MediaConvert: AWSElementalMediaConvert; AWS Elemental MediaConvert
MediaLive: AWSElementalMediaLive; AWS Elemental MediaLive
MediaPackage: AWSElementalMediaPackage; AWS Elemental MediaPackage
MediaStore: AWSElementalMediaStore; AWS Elemental MediaStore
MediaTailor: AWSElementalMediaTailor; AWS Elemental MediaTailor
MediaConnect: AWSMediaConnect; AWS Elemental MediaConnect; AWS MediaConnect
Elastic Transcoder: AmazonETS; Amazon Elastic Transcoder
Interactive Video Service: AmazonIVS; AmazonIVSChat; Amazon Interactive Video Service; Amazon Interactive Video Service Chat
Kinesis Video Streams: AmazonKinesisVideo; Amazon Kinesis Video Streams
GameLift: AmazonGameLift; AmazonGameLiftStreams; Amazon GameLift; Amazon GameLift Streams
Deadline Cloud / Nimble Studio: AmazonDeadline; nimble; AWS Deadline Cloud; Amazon Nimble Studio
Sumerian: AmazonSumerian; Amazon Sumerian
Elemental Inference: AWSElementalInference; AWS Elemental Inference
[Marketplace]
AWS Marketplace: AWS Marketplace
[Tax]
Tax: Tax
"""


def _read(table: str) -> Iterator[tuple[str, Service]]:
    group = ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            group = line.strip("[]")
            continue
        label, _, names = line.partition(": ")
        service = Service(label.rstrip(":"), group)
        for name in (service.label, *filter(None, names.split("; "))):
            yield name.lower(), service


SERVICES: dict[str, Service] = dict(_read(_TABLE))
"""Every known name in lower case, and the service it stands for."""

EC2_OTHER_LABELS = (EBS.label, NAT_GATEWAY.label, DATA_TRANSFER.label)
"""What Cost Explorer files under "EC2 - Other" and usage types tell apart."""


def names_of(label: str) -> tuple[str, ...]:
    """Every known name of a service, as sources spell them; the label itself where it's none of ours.

    >>> names_of("Lambda")
    ('Lambda', 'AWSLambda', 'AWS Lambda')
    """
    for line in _TABLE.strip().splitlines():
        known, mark, names = line.partition(": ")
        if mark and known.rstrip(":") == label:
            return (label, *filter(None, names.split("; ")))
    return (label,)


PROVIDERS: dict[str, str] = {alias: name for name, aliases in _PROVIDERS.items() for alias in aliases}
"""Every known spelling of a provider in lower case, and the one we show."""


def service(name: str, usage_type: str = "") -> Service:
    """The label and group for a service as a source names it, and its usage type where there is one.

    >>> service("AmazonEC2", "USW2-EBS:VolumeUsage.gp3").label
    'EBS'
    """
    known = SERVICES.get(name.lower(), Service(name, "Other"))
    if known.label not in OWN_TRANSFER:
        for pattern, split in USAGE_TYPE_RULES:
            if re.search(pattern, usage_type):
                return split
    return known


def provider(name: str) -> str:
    """The provider's name as we show it; an unknown one keeps its spelling."""
    return PROVIDERS.get(name.strip().lower(), name.strip())
