"""The WSGI application of the demo organisation: every call is logged, fails where a rule says so, or is answered."""

import io
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from moto.backends import list_of_moto_modules
from moto.core.request import Request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response

from core.demo import calls, control
from core.demo.calls import Answer, Call
from core.demo.faults import Dropped, Faults, failing
from core.demo.model import Organisation
from core.demo.policies import Keys, Policy
from core.demo.seeding import seed
from core.demo.services.answering import Recent
from core.demo.services.budgets import Budgets
from core.demo.services.cloudwatch import CloudWatch
from core.demo.services.cost_explorer import CostExplorer
from core.demo.services.ec2 import Ec2, Inventory
from core.demo.services.ledger import Ledger
from core.demo.services.listings import LISTINGS, Listed
from core.demo.services.pricing import Pricing
from core.demo.services.s3 import S3
from core.demo.services.savings_plans import SavingsPlans
from core.demo.services.sts import Sts
from core.demo.services.tagging import Tagging

BASE_KEY = "demo"
"""The access key of the management account."""

PAGE_SIZE = 5000
_CALLS_KEPT = 100_000
_GLOBAL = frozenset({"ce", "iam", "organizations", "sts", "pricing", "savingsplans", "s3", "budgets"})
"""Services that answer in any region."""


class Demo:
    """The WSGI application. moto keeps its state by process, so one at a time."""

    def __init__(self, organisation: Organisation, *, latency: float = 0.0, page_size: int = PAGE_SIZE) -> None:
        seed(organisation)
        self.organisation = organisation
        self.latency = latency
        self.faults = Faults()
        self.log: deque[dict[str, Any]] = deque(maxlen=_CALLS_KEPT)
        self.keys = Keys(BASE_KEY, organisation.management)
        self.inventory = Inventory(organisation)
        ledger = Ledger.of(organisation, page_size)
        recent = Recent()
        self._services: dict[str, Callable[[Call], Any]] = {
            "budgets": lambda _: Budgets(organisation),
            "ce": lambda _: CostExplorer(ledger),
            "cloudwatch": lambda _: CloudWatch(organisation, recent),
            "ec2": lambda _: Ec2(self.inventory),
            "s3": lambda _: S3(organisation),
            "resourcegroupstaggingapi": lambda _: Tagging(organisation),
            "pricing": lambda _: Pricing(organisation, recent),
            "savingsplans": lambda _: SavingsPlans(organisation),
            "sts": lambda call: Sts(partial(self.keys.assumed, call.key)),
        }
        self._numbers = itertools.count(1)
        self._moto = _Moto(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        if request.path.startswith("/demo/"):
            return control.answer(self, request)(environ, start_response)
        call = calls.read(request, self.keys.account)
        environ["wsgi.input"] = io.BytesIO(request.get_data())  # it has been read, and will be again
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        if self.latency:
            time.sleep(self.latency)
        try:
            response = self._answered(call, environ)
        except Dropped:
            self._note(call, 0)
            raise
        self._note(call, response.status_code)
        return response(environ, start_response)

    def _answered(self, call: Call, environ: dict[str, Any]) -> Response:
        answer = self.faults.answer(call) or self._refused(call)
        if answer is not None:
            return _response(answer)
        try:
            if (call.service, call.action) in LISTINGS:
                return _response(Listed(call, self.inventory)._dispatch(Request(environ)))
            if call.service in self._services:
                return _response(self._services[call.service](call)._dispatch(Request(environ)))
            return Response.from_app(self._moto, environ)
        except NotImplementedError as missing:
            return _response(calls.error(call, 400, "InvalidAction", f"The demo organisation doesn't answer this: {missing}"))

    def _refused(self, call: Call) -> Answer | None:
        """The refusal of an unknown key, of a region that isn't enabled, and of what the key's policy doesn't allow."""
        if not call.account or (call.service not in _GLOBAL and call.region not in self.inventory.enabled):
            return failing(call, "invalid")
        return None if self.keys.allows(call) else failing(call, "denied")

    def let_in(self, policy: Policy, role_policy: Policy | None = None) -> dict[str, str]:
        """A new access key of the management account, which may do what `policy` allows, and in a role what `role_policy` does."""
        key = f"AKIADEMO{next(self._numbers):012d}"
        self.keys.add(key, self.organisation.management, policy, role_policy)
        return {"access_key": key, "secret_key": key}

    def _note(self, call: Call, status: int) -> None:
        told = {"service": call.service, "action": call.action, "account": call.account, "region": call.region, "status": status}
        self.log.append(told)


def _response(answer: Answer) -> Response:
    status, headers, body = answer
    kept = {name: str(value) for name, value in headers.items() if name.lower() != "status"}
    return Response(body, status, {"Content-Type": "application/x-amz-json-1.1", **kept})


class _Moto(DomainDispatcherApplication):
    """moto for the services that it knows."""

    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of moto's backend, "s3" and the like."""
        modules = ("moto_api", *list_of_moto_modules())
        if host and host not in modules and not any(pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns):
            raise NotImplementedError(host)
        return super().get_backend_for_host(host)
