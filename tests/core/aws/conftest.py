"""AWS emulated in the process: a clean environment, an organization of two accounts with a role, and answers gone wrong."""

import json
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.loaders import create_loader
from moto import mock_aws

from core import settings
from core.aws.access import Access, has_credentials, own_access
from core.aws.meter import Meter
from core.settings import Settings

OWN = "123456789012"
"""The account that the emulation gives to any credentials."""

SECRET = "wJalrXUtnFEMIplantedSECRETbPxRfiCYzEXAMPLEKEY"
KEY_ID = "AKIAPLANTEDKEYID2345"

_LOADER = create_loader()

Fail = Callable[..., list[int]]


class Body:
    """A response's body as urllib3 hands it over."""

    def __init__(self, text: str) -> None:
        self._rest = text.encode()

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()

    def read(self, *_: object) -> bytes:
        given, self._rest = self._rest, b""
        return given


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    """No AWS configuration of the developer's own, no metadata service, and no waits between attempts."""
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    monkeypatch.setattr("botocore.session.create_loader", lambda _: _LOADER)  # reading the services' models takes most of a test's time
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.001)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    has_credentials.cache_clear()
    yield
    has_credentials.cache_clear()


@pytest.fixture
def aws(clean: None) -> Iterator[None]:
    """The emulated AWS."""
    with mock_aws():
        yield


@pytest.fixture
def meter() -> Meter:
    """A meter with a cap of five dollars."""
    return Meter(Decimal(5))


def config_of(**values: object) -> Settings:
    """Settings with credentials of a planted secret."""
    return settings.load(**{"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, **values})


@pytest.fixture
def access(aws: None, meter: Meter) -> Access:
    """Access to the emulated AWS, with a role for linked accounts."""
    return own_access(config_of(aws_role_name="Reader"), meter)


@pytest.fixture
def fail() -> Fail:
    """Make a client's next calls of an operation go wrong the way AWS's wire has it; returns a list that grows by each faked answer."""

    def install(client: Any, operation: str, code: str, status: int = 400, times: int = -1, message: str = "It went wrong.") -> list[int]:
        done: list[int] = []

        def answer(request: Any, **_: Any) -> AWSResponse | None:
            if 0 <= times <= len(done):
                return None
            done.append(status)
            return AWSResponse(request.url, status, {"x-amzn-RequestId": "1"}, Body(_wire(client, code, message)))

        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"before-send.{service}.{operation}", answer)
        return done

    return install


def _wire(client: Any, code: str, message: str) -> str:
    """An error in the words of the service's protocol."""
    match client.meta.service_model.resolved_protocol:
        case "json":
            return json.dumps({"__type": code, "message": message})
        case "ec2":
            return f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
        case _:
            return f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
