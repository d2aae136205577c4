"""One call as it came over the wire: which service and action, by which account, in which region."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel, ServiceModel
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_NAMES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi", "elasticloadbalancing": "elbv2"}
"""Services that sign under another name than boto3's."""

_CLASSIC = "2012-06-01"
"""The version of classic load balancers' API, which sign as the newer ones do."""

_ROLE_ACCOUNT = re.compile(r":iam::(\d{12}):role/")

Answer = tuple[int, dict[str, str], str | bytes]
"""Status, headers and body."""


class Refused(ServiceException):
    """AWS's refusal of a request: code, message, and the status where it isn't that of the service's model.

    moto looks for the model of the module that an exception comes from, so one of its own won't do.
    """

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(code, message)
        self.status = status


@dataclass(frozen=True)
class Call:
    """`service` and `action` are boto3's names, `signed` the service's in signatures; `account` is the caller's.

    `of_role` is the account of a role to be assumed.
    """

    service: str
    action: str
    account: str
    region: str
    key: str
    signed: str
    content_type: str
    of_role: str = ""


def read(request: Request, account_of: Callable[[str], str]) -> Call:
    """The call in a request; `account_of` says whose an access key is, "" for an unknown one."""
    found = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    key, region, signed = found.groups() if found else ("", "us-east-1", "")
    content_type = request.headers.get("Content-Type", "")
    form = parse_qs(request.get_data(as_text=True)) if content_type.startswith("application/x-www-form-urlencoded") else {}
    service = "elb" if form.get("Version") == [_CLASSIC] else _NAMES.get(signed, signed)
    target = request.headers.get("X-Amz-Target", "")
    action = target.rpartition(".")[2] or form.get("Action", [""])[0] or _routed(service, request)
    role = _ROLE_ACCOUNT.search(form.get("RoleArn", [""])[0])
    return Call(service, action, account_of(key), region, key, signed, content_type, role[1] if role else "")


def error(call: Call, status: int, code: str, message: str) -> Answer:
    """An error in the protocol that the call speaks, with the status that AWS gives."""
    model = _model(call.service)
    if model is None:
        return status, {"Content-Type": "application/json"}, json.dumps({"__type": code, "message": message})
    operation = model.operation_model(call.action) if call.action in model.operation_names else OperationModel({}, model)
    protocol = determine_request_protocol(model, call.content_type)
    written: Any = get_serializer_class(str(model.service_name), protocol)(operation).serialize(Refused(code, message))
    headers = {name: str(value) for name, value in written["headers"].items()}
    return status, headers, written["body"]


def _routed(service: str, request: Request) -> str:
    """The action of a REST service, found from method and path."""
    if _model(service) is None:
        return ""
    try:
        operation, _ = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return ""
    return str(operation.name)


@cache
def _model(service: str) -> ServiceModel | None:
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None
