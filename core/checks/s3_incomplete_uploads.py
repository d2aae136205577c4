"""Buckets that hold parts of multipart uploads that nobody finished."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from shlex import quote
from typing import Any, NamedTuple

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.s3_lifecycle import ABORT_DAYS, ABORT_RULE, BUCKET, enabled, put
from core.reckoning import s3

DAYS = Threshold("days", 7.0, "days", "Days since an upload began after which it counts as left behind")

MOST_LISTED = 10
"""How many uploads the fix ends one by one, and the evidence names."""


class Upload(NamedTuple):
    """An upload that was left behind; `size` is the bytes of its parts, None where S3 didn't tell."""

    key: str
    ident: str
    days: float
    storage_class: str
    size: int | None


def find(resource: Resource, facts: Facts) -> Answer:
    """Uploads began longer ago than the threshold, and their parts are still there."""
    uploads = resource.attributes.get("MultipartUploads")
    if uploads is None:
        return NotMeasured("S3 didn't tell which uploads are in progress.")
    limit = facts.thresholds[CHECK.id][DAYS.name]
    old = [upload for upload in _read(uploads, facts) if upload.days > limit]
    if not old:
        unlisted = resource.attributes.get("UploadsUnlisted")
        return NotMeasured(f"Of its uploads only {len(uploads)} were looked at, none of them old.") if unlisted else None
    sized = [upload for upload in old if upload.size is not None]
    if not sized:
        return NotMeasured(f"S3 didn't tell how large the parts are of {len(old)} old upload{'' if len(old) == 1 else 's'}.")
    sized.sort(key=lambda upload: -(upload.size or 0))
    return _finding(resource, facts, old, sized) if sized[0].size else None


def _read(uploads: Sequence[Mapping[str, Any]], facts: Facts) -> Iterator[Upload]:
    for upload in uploads:
        if began := upload.get("Initiated"):
            days = figure((facts.now - datetime.fromisoformat(str(began))) / timedelta(days=1))
            known = str(upload.get("Key", "")), str(upload.get("UploadId", "")), days, str(upload.get("StorageClass") or "STANDARD")
            yield Upload(*known, upload.get("Bytes"))


def _finding(resource: Resource, facts: Facts, old: Sequence[Upload], sized: Sequence[Upload]) -> Finding:
    limits, oldest = facts.thresholds[CHECK.id], max(upload.days for upload in old)
    sizes: dict[str, int] = {}
    for upload in sized:
        sizes[upload.storage_class] = sizes.get(upload.storage_class, 0) + (upload.size or 0)
    cost, whole = s3.parts(facts.prices, resource.region, sizes), sum(sizes.values())
    several = "1 multipart upload that was" if len(old) == 1 else f"{len(old)} multipart uploads that were"
    return Finding(
        reason=(
            f"Bucket {resource.named} in {resource.region} holds {quantity(whole / s3.GIB)} GiB of {several} begun over "
            f"{quantity(limits[DAYS.name])} days ago and not finished; the oldest is {quantity(oldest)} days old. "
            f"Keeping their parts: {cost.in_words()}."
        ),
        fix=_fix(resource, sized),
        cost=cost,
        confidence=0.95 * cost.confidence,
        effort="low",
        risk="low",
        parts={"uploads": cost.usd} if cost.usd else {},
        evidence={
            "rule": f"multipart uploads that began more than {quantity(limits[DAYS.name])} days ago",
            "thresholds": dict(limits),
            "values": {"uploads": len(old), "bytes": whole, "oldest_days": oldest},
            "uploads": [{"upload_id": each.ident, "days": each.days, "bytes": each.size} for each in sized[:MOST_LISTED]],
            "series": [],
            "notes": list(_notes(resource, old, sized)),
        },
    )


def _has_rules(resource: Resource) -> bool:
    """Whether there are lifecycle rules that a command must not replace; where that isn't known, there may be."""
    return resource.attributes.get("LifecycleRules") != []


def _fix(resource: Resource, sized: Sequence[Upload]) -> str:
    """A lifecycle rule where there is none yet; else the end of each upload, since setting rules replaces those that are there."""
    if not _has_rules(resource):
        return put(resource, [ABORT_RULE])
    bucket, where = quote(resource.resource_id), f"--region {resource.region}"
    ended = [
        f"aws s3api abort-multipart-upload --bucket {bucket} --key {quote(upload.key)} --upload-id {quote(upload.ident)} {where}"
        for upload in _written(sized)
    ]
    return " && ".join(ended) or f"aws s3api list-multipart-uploads --bucket {bucket} {where}"


def _written(sized: Sequence[Upload]) -> list[Upload]:
    """The largest uploads whose names can stand on a line."""
    return [upload for upload in sized if upload.key.isprintable() and upload.ident.isprintable() and upload.size][:MOST_LISTED]


def _notes(resource: Resource, old: Sequence[Upload], sized: Sequence[Upload]) -> Iterator[str]:
    yield "What an upload brought so far is lost when it is ended; nothing that was finished is touched."
    if not _has_rules(resource):
        yield f"The rule ends every upload that isn't finished {ABORT_DAYS} days after it began, future ones too. Add further rules to it."
    elif "LifecycleRules" in resource.attributes:
        yield from _notes_on_rules(resource)
    else:
        yield "Whether it has lifecycle rules isn't known, so the line ends the uploads one by one."
    if _has_rules(resource) and len(_written(sized)) < len(old):
        yield f"The line ends {len(_written(sized))} of the {len(old)} uploads."
    if left := len(old) - len(sized) + int(resource.attributes.get("UploadsLeftOut") or 0):
        yield f"How large {left} more old uploads are isn't known; their parts aren't counted."


def _notes_on_rules(resource: Resource) -> Iterator[str]:
    ends = [rule["AbortIncompleteMultipartUpload"] for rule in enabled(resource.attributes["LifecycleRules"]) if _aborts(rule)]
    if ends:
        days = min(int(each.get("DaysAfterInitiation") or 0) for each in ends)
        yield f"A lifecycle rule of it ends uploads after {days} days already, perhaps not those under every prefix."
    else:
        yield "It has lifecycle rules, none of which ends uploads. A further one would do it; setting rules replaces those that are there."


def _aborts(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("AbortIncompleteMultipartUpload"))


CHECK = Check(
    id="s3_incomplete_uploads",
    title="Are there multipart uploads to S3 that nobody finished?",
    label="Unfinished S3 uploads",
    type="storage_optimization",
    service="S3",
    resource_types=(BUCKET,),
    rule="It holds parts of multipart uploads that began longer ago than the threshold.",
    price="The bytes of their parts by the month, at the price of Standard or of the class that the upload names, in its region.",
    find=find,
    thresholds=(DAYS,),
    remarks=(
        "Of a bucket's uploads the 10,000 first are listed, and the parts of the 200 oldest are added up: a request each.",
        "Where the bucket has lifecycle rules the fix ends the uploads one by one, since setting rules replaces those that are there.",
        "An upload for an archive class bills at Standard's price until it is finished.",
    ),
)
