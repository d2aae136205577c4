"""Where the AWS console shows a resource. Pure."""

from urllib.parse import quote

_AT = "https://{region}.console.aws.amazon.com"
_COSTS = "https://us-east-1.console.aws.amazon.com/costmanagement/home#"
_PAGES = {
    "ec2:instance": _AT + "/ec2/home?region={region}#InstanceDetails:instanceId={id}",
    "ec2:volume": _AT + "/ec2/home?region={region}#VolumeDetails:volumeId={id}",
    "ec2:reserved-instances": _AT + "/ec2/home?region={region}#ReservedInstances:reservedInstancesId={id}",
    "rds:db": _AT + "/rds/home?region={region}#database:id={id};is-cluster=false",
    "rds:reserved": _AT + "/rds/home?region={region}#reserved-db-instances:",
    "lambda:function": _AT + "/lambda/home?region={region}#/functions/{id}",
    "s3:bucket": "https://s3.console.aws.amazon.com/s3/buckets/{id}?region={region}",
    "ec2:pool": _COSTS + "/ri/recommendations",
    "savingsplans:plan": _COSTS + "/savings-plans/inventory",
    "aws:organization": _COSTS + "/savings-plans/recommendations",
    "ce:rightsizing": _COSTS + "/cost-optimization-hub",
}
"""The pages of organisations and commitments are of the account that is signed in to."""


def link(resource_type: str, region: str, resource_id: str) -> str | None:
    """The address of a resource's page; None for a type that has none here."""
    pattern = _PAGES.get(resource_type)
    where = quote(region, safe="-") or "us-east-1"
    ident = resource_id.rsplit(":", 1)[-1] if resource_id.startswith("arn:") else resource_id
    return pattern.format(region=where, id=quote(ident, safe="-._")) if pattern else None
