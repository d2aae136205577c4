"""Whether a line is what the AWS command line takes: a service, an operation and parameters that botocore's models know.

The command line's names follow from the models: `aws ec2 stop-instances --instance-ids i-1` is StopInstances with InstanceIds.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
"""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.loaders import UnknownServiceError
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

RENAMED = {"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}
"""Services that the command line calls by another name than the models."""

EVERYWHERE = {"region"}
"""Parameters of every command that a fix may use."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")
_MEANT = set("|&<>$`;()*?!#~\\{}[]\"'\n\t\r")
"""What a shell gives a meaning to."""


class NotACommand(ValueError):
    """Why a line isn't a command that can be copied and run."""


def commands(fix: str) -> list[list[str]]:
    """The words of each command of a fix; commands stand apart by " && ". Raises NotACommand where a shell would see more than words."""
    bare = _QUOTED.sub("Q", fix)
    if found := set(bare.replace(" && ", " ")) & _MEANT:
        raise NotACommand(f"{sorted(found)} stands outside of quotes: {fix!r}")
    split = [[]]  # type: list[list[str]]
    for word in shlex.split(fix):
        if word == "&&":
            split.append([])
        else:
            split[-1].append(word)
    return split


def valid(words: Sequence[str]) -> dict[str, Any]:
    """The parameters of a command, under the API's names. Raises NotACommand for one that AWS's command line would refuse."""
    if len(words) < 3 or words[0] != "aws":
        raise NotACommand(f"no aws command: {words}")
    service, operation, rest = RENAMED.get(words[1], words[1]), words[2], words[3:]
    if operation == "wait":
        operation, rest = _waited(service, rest[0]), rest[1:]
    return _parameters(service, operation, list(_options(rest)))


def _parameters(service: str, operation: str, options: Sequence[tuple[str, list[str]]]) -> dict[str, Any]:
    known = {xform_name(name, "-"): name for name in _model(service).operation_names}
    if operation not in known:
        raise NotACommand(f"aws {service} has no {operation}")
    shape: Any = _model(service).operation_model(known[operation]).input_shape
    members = dict(shape.members) if shape else {}
    named = {xform_name(name, "-"): name for name in members}
    given: dict[str, Any] = {}
    for option, values in options:
        name = named.get(option) or named.get(option.removeprefix("no-"))
        if option in EVERYWHERE and name is None:
            continue
        if name is None:
            raise NotACommand(f"aws {service} {operation} has no --{option}, only {', '.join(sorted(named))}")
        if name in given:
            raise NotACommand(f"--{option} stands twice")
        given[name] = _read(members[name], values, option)
    if report := ParamValidator().validate(given, shape).generate_report() if shape else "":
        raise NotACommand(f"aws {service} {operation}: {report}")
    if wrong := list(_unlisted(shape, given)):
        raise NotACommand(f"aws {service} {operation}: {'; '.join(wrong)}")
    return given


def _unlisted(shape: Any, value: Any) -> Iterator[str]:
    """Texts that aren't among those that the API lists, however deep they stand."""
    match shape and shape.type_name:
        case "structure":
            for name, inner in value.items():
                yield from _unlisted(shape.members[name], inner)
        case "list":
            for inner in value:
                yield from _unlisted(shape.member, inner)
        case "map":
            for inner in value.values():
                yield from _unlisted(shape.value, inner)
        case "string" if shape.enum and value not in shape.enum:
            yield f"{value} isn't one of {', '.join(shape.enum)}"


def _options(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each option with its values."""
    if words and not words[0].startswith("--"):
        raise NotACommand(f"{words[0]!r} belongs to no option")
    starts = [n for n, word in enumerate(words) if word.startswith("--")]
    for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
        yield words[start][2:], list(words[start + 1 : end])


def _read(shape: Shape, values: list[str], option: str) -> Any:
    """An option's values as the type that the API takes."""
    kind = shape.type_name
    if kind == "boolean" and not values:
        return not option.startswith("no-")
    if len(values) == 1 and values[0][:1] in ("{", "["):
        if kind not in ("structure", "list", "map"):
            raise NotACommand(f"--{option} is a {kind}, no JSON")
        return json.loads(values[0])
    if kind == "list":
        return [_one(shape.member, value, option) for value in values]
    if len(values) != 1:
        raise NotACommand(f"--{option} takes one value, not {values}")
    return _one(shape, values[0], option)


def _one(shape: Any, text: str, option: str) -> Any:
    kind = shape.type_name
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind == "structure" and list(shape.members) == ["Value"] and "=" not in text:
        return {"Value": _one(shape.members["Value"], text, option)}
    if kind in ("structure", "map"):
        pairs = [piece.partition("=") for piece in text.split(",")]
        if not all(middle for _, middle, _ in pairs):
            raise NotACommand(f"--{option} takes Name=value, not {text}")
        if kind == "map":
            return {name: _one(shape.value, value, option) for name, _, value in pairs}
        return {name: _one(shape.members[name], value, option) if name in shape.members else value for name, _, value in pairs}
    return text


@cache
def _loader() -> Any:
    return botocore.session.get_session().get_component("data_loader")


@cache
def _model(service: str) -> ServiceModel:
    try:
        return ServiceModel(_loader().load_service_model(service, "service-2"), service)
    except UnknownServiceError:
        raise NotACommand(f"aws has no {service}") from None


def _waited(service: str, waiter: str) -> str:
    """The operation that `aws <service> wait <waiter>` asks again and again."""
    _model(service)
    waiters = {xform_name(name, "-"): how for name, how in _loader().load_service_model(service, "waiters-2")["waiters"].items()}
    if waiter not in waiters:
        raise NotACommand(f"aws {service} can't wait for {waiter}")
    return xform_name(waiters[waiter]["operation"], "-")
