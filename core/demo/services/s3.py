"""S3: buckets, their lifecycle rules, tags and unfinished uploads; nothing is stored in them but what CloudWatch tells."""

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult

from core.demo.calls import Refused
from core.demo.model import Organisation, Resource
from core.demo.services.answering import Answering
from core.demo.services.ec2 import tag_list


class S3(Answering):
    """The actions of `s3`."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__("s3")
        self.buckets = [resource for resource in organisation.resources if resource.kind == "s3:bucket"]

    def list_buckets(self) -> ActionResult:
        """ListBuckets: the account's, in all regions."""
        own = [bucket for bucket in self.buckets if bucket.account == self.current_account]
        rows = [{"Name": bucket.id, "CreationDate": bucket.created, "BucketRegion": bucket.region} for bucket in own]
        return ActionResult({"Buckets": rows, "Owner": {"ID": self.current_account}})

    def get_bucket_location(self) -> ActionResult:
        """GetBucketLocation: nothing stands for us-east-1."""
        region = self._bucket().region
        return ActionResult({"LocationConstraint": None if region == "us-east-1" else region})

    def get_bucket_lifecycle_configuration(self) -> ActionResult:
        """GetBucketLifecycleConfiguration."""
        rules = self._bucket().attributes.get("LifecycleRules")
        if not rules:
            raise Refused("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", status=404)
        return ActionResult({"Rules": rules})

    def get_bucket_tagging(self) -> ActionResult:
        """GetBucketTagging."""
        tags = self._bucket().tags
        if not tags:
            raise Refused("NoSuchTagSet", "The TagSet does not exist", status=404)
        return ActionResult({"TagSet": tag_list(tags)})

    def get_bucket_versioning(self) -> ActionResult:
        """GetBucketVersioning: no status where it was never switched on."""
        status = self._bucket().attributes.get("Versioning")
        return ActionResult({"Status": status} if status else {})

    def list_multipart_uploads(self) -> ActionResult:
        """ListMultipartUploads."""
        bucket = self._bucket()
        uploads = [{name: value for name, value in upload.items() if name != "Parts"} for upload in self._uploads(bucket)]
        return ActionResult({"Bucket": bucket.id, "Uploads": uploads, "IsTruncated": False})

    def list_parts(self) -> ActionResult:
        """ListParts."""
        bucket, key, wanted = self._bucket(), self.params["Key"], self.params["UploadId"]
        upload = next((upload for upload in self._uploads(bucket) if (upload["Key"], upload["UploadId"]) == (key, wanted)), None)
        if upload is None:
            raise Refused("NoSuchUpload", "The specified upload does not exist.", status=404)
        return ActionResult({"Bucket": bucket.id, "Key": key, "UploadId": wanted, "Parts": _parts(upload), "IsTruncated": False})

    def _bucket(self) -> Resource:
        name = self.params["Bucket"]
        bucket = next((bucket for bucket in self.buckets if bucket.id == name), None)
        if bucket is None:
            raise Refused("NoSuchBucket", "The specified bucket does not exist", status=404)
        if bucket.account != self.current_account:
            raise Refused("AccessDenied", "Access Denied", status=403)
        return bucket

    @staticmethod
    def _uploads(bucket: Resource) -> list[Mapping[str, Any]]:
        return list(bucket.attributes.get("MultipartUploads") or [])


def _parts(upload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts, of which the organisation knows the sizes in bytes."""
    numbered = enumerate(upload["Parts"], 1)
    return [{"PartNumber": number, "Size": size, "LastModified": upload["Initiated"], "ETag": f'"{number}"'} for number, size in numbered]
