"""The tagging API: every resource of an account in a region, with its tags."""

from moto.core.responses import ActionResult

from core.demo.model import Organisation
from core.demo.services.answering import Answering, page
from core.demo.services.ec2 import tag_list


class Tagging(Answering):
    """The actions of `resourcegroupstaggingapi`."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__("resourcegroupstaggingapi")
        self.organisation = organisation

    def get_resources(self) -> ActionResult:
        """GetResources, of the types that are asked for, such as "ec2:instance" or "s3"."""
        types = tuple(self.params.get("ResourceTypeFilters") or [""])
        here = [each for each in self.organisation.resources if (each.account, each.region) == (self.current_account, self.region)]
        found = [{"ResourceARN": each.arn, "Tags": tag_list(each.tags)} for each in here if each.tags and each.kind.startswith(types)]
        size = self.params.get("ResourcesPerPage") or 100
        request = repr((self.current_account, self.region, types))
        shown, token = page(found, size, self.params.get("PaginationToken"), request, error="PaginationTokenExpiredException")
        return ActionResult({"ResourceTagMappingList": shown, "PaginationToken": token or ""})
