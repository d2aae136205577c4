"""What moto itself must know of the organisation: the AWS Organizations tree and the role to assume in each member account."""

import json
import os
from datetime import datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from core.demo.model import Account, Organisation

ROLE_NAME = "SpendscopeReader"
_PARTITION = "aws"


def seed(organisation: Organisation) -> None:
    """Put the organisation into moto's backends, which hold nothing else afterwards."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # or every account would have some thousand images and their snapshots
    os.environ.pop("MOTO_ACCOUNT_ID", None)  # it would make every caller that account
    organizations_backends.reset()
    iam_backends.reset()
    _organize(organisation)
    for account in organisation.accounts:
        if account.id != organisation.management:
            _let_in(account.id, organisation.management)


def _organize(organisation: Organisation) -> None:
    backend: Any = organizations_backends[organisation.management][_PARTITION]
    backend.create_organization(region="us-east-1", FeatureSet="ALL")
    master = backend.accounts[0]
    units = {"": backend.org.root_id}
    for number, account in enumerate(organisation.accounts):
        parent = _unit(backend, units, account.unit)
        if account.id == organisation.management:
            known = master
            backend.org.master_account_email = account.email
        else:
            backend.create_account(AccountName=account.name, Email=account.email)
            known = backend.accounts[-1]
            organizations_backends.master_accounts[account.id] = organizations_backends.master_accounts.pop(known.id)
        _name(known, account, parent, number)


def _name(known: Any, account: Account, parent: str, number: int) -> None:
    known.id, known.name, known.email = account.id, account.name, account.email
    known.parent_id = parent
    known.tags = dict(account.tags)
    known.create_time = datetime(2024, 1, 1 + number % 28)  # moto reckons without zones


def _unit(backend: Any, units: dict[str, str], path: str) -> str:
    """The id of the unit at a path such as "Workloads/Production", made with its parents where it is new."""
    if path not in units:
        above, _, name = path.rpartition("/")
        parent = _unit(backend, units, above)
        units[path] = backend.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
    return units[path]


def _let_in(account: str, management: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{management}:root"}, "Action": "sts:AssumeRole"}],
    }
    backend: Any = iam_backends[account][_PARTITION]
    backend.create_role(
        role_name=ROLE_NAME,
        assume_role_policy_document=json.dumps(trust),
        path="/",
        permissions_boundary=None,
        description="Read by Spendscope",
        tags=[],
        max_session_duration="3600",
    )
