"""Which regions of an account are collected from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import botocore.session

from core.aws.access import Access
from core.aws.failures import calling
from core.errors import AccessDenied


@dataclass(frozen=True)
class Regions:
    """An account's regions: `names` to collect from; of those asked for, `unknown` don't exist and `disabled` are switched off there.

    `note` says what couldn't be found out, in a sentence.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    note: str = ""


def enabled(access: Access, account: str) -> Regions:
    """The account's enabled regions, narrowed to those that are set to be collected from. Raises AwsError if it can't be entered."""
    access.enter(account)
    try:
        with calling("ec2:DescribeRegions", account, access.default_region):
            answer = access.client("ec2", account=account).describe_regions(AllRegions=True)
    except AccessDenied as denied:
        return _unasked(access, denied)
    status = {region["RegionName"]: region["OptInStatus"] for region in answer["Regions"]}
    on = {name for name, said in status.items() if said != "not-opted-in"}
    if access.regions is None:
        return Regions(tuple(sorted(on)))
    return Regions(
        tuple(name for name in access.regions if name in on),
        tuple(name for name in access.regions if name not in status),
        tuple(name for name in access.regions if name in status and name not in on),
    )


def _unasked(access: Access, denied: AccessDenied) -> Regions:
    known = access.known_regions("ec2")
    if access.regions is None:
        return Regions(
            known, note=f"{denied.message} Every region that boto3 knows is tried, so those that are switched off show as failed."
        )
    return Regions(
        tuple(name for name in access.regions if name in known),
        tuple(name for name in access.regions if name not in known),
        note=f"{denied.message} The regions of AWS_REGIONS are tried without knowing whether they are enabled.",
    )


def code_of(name: str) -> str:
    """A region's code, from that itself or from its name as price lists have it, such as "EU (Ireland)"."""
    return _codes().get(name.replace("EU (", "Europe ("), name)


@cache
def _codes() -> Mapping[str, str]:
    """The codes of all regions that botocore knows, by their names."""
    partitions = botocore.session.Session().get_data("endpoints")["partitions"]
    return {said["description"]: code for partition in partitions for code, said in partition["regions"].items()}
