"""Functions that could run on arm64: by architecture, package and runtime alone."""

from decimal import Decimal

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.lambda_arm64 import CHECK, runs_on_arm
from tests.core.checks.made import NASTY
from tests.core.checks.made_lambda import facts, function

FOUND = function(name=NASTY), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """Three million invocations of 400 ms with 1,024 MB: 1.2 million GB-seconds."""
    return found(CHECK.find(function(), facts()))


def test_it_saves_the_difference_between_the_prices_of_the_architectures() -> None:
    finding = worked_example()
    assert finding.monthly_savings == Decimal("1200000") * (Decimal("0.0000166667") - Decimal("0.0000133334"))
    assert "runs on x86_64, and its runtime python3.12 runs on arm64 too, with 1024 MB" in finding.reason
    assert finding.fix == (
        "aws lambda update-function-code --function-name resize --architectures arm64 --zip-file fileb://function-arm64.zip "
        "--region eu-north-1"
    )
    assert (finding.confidence, finding.effort) == (0.75, "low")


@pytest.mark.parametrize(
    "runtime",
    [
        *("python3.8", "python3.9", "python3.10", "python3.14", "python3.15", "python4.0"),
        *("nodejs12.x", "nodejs18.x", "nodejs24.x", "nodejs26.x"),
        *("java8.al2", "java8.al2023", "java11", "java11.al2023", "java17", "java25"),
        *("dotnet6", "dotnet8", "dotnet10", "ruby2.7", "ruby3.4", "ruby4.0", "provided.al2", "provided.al2023", "provided.al2027"),
    ],
)
def test_runtimes_that_run_on_arm64(runtime: str) -> None:
    assert runs_on_arm(runtime) is True
    assert isinstance(CHECK.find(function(Runtime=runtime), facts()), Finding)


@pytest.mark.parametrize(
    "runtime",
    [
        *("python2.7", "python3.6", "python3.7", "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x"),
        *("java8", "dotnetcore1.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "ruby2.5", "go1.x", "provided"),
    ],
)
def test_runtimes_that_do_not(runtime: str) -> None:
    assert runs_on_arm(runtime) is False
    assert CHECK.find(function(Runtime=runtime), facts()) is None


@pytest.mark.parametrize("runtime", ["rust2024", "custom", "python", "go2.x", "<b>\n"])
def test_a_runtime_that_is_not_known_is_not_measured(runtime: str) -> None:
    answer = CHECK.find(function(Runtime=runtime), facts())
    assert isinstance(answer, NotMeasured)
    assert answer.reason.splitlines() == [answer.reason]


def test_what_runs_on_arm64_already_and_images_are_left_alone() -> None:
    assert CHECK.find(function(Architectures=["arm64"]), facts()) is None
    assert CHECK.find(function(PackageType="Image", Runtime=None), facts()) is None


def test_without_architecture_or_runtime_it_is_not_measured() -> None:
    assert isinstance(CHECK.find(function(Architectures=None), facts()), NotMeasured)
    assert isinstance(CHECK.find(function(Runtime=None), facts()), NotMeasured)


def test_without_a_package_type_it_is_a_zip_file() -> None:
    assert isinstance(CHECK.find(function(PackageType=None), facts()), Finding)


def test_compiled_code_and_layers_are_less_sure() -> None:
    compiled = found(CHECK.find(function(Runtime="provided.al2023"), facts()))
    assert (compiled.confidence, compiled.effort) == (0.6, "medium")
    layered = found(CHECK.find(function(Layers=["arn:aws:lambda:eu-north-1:111111111111:layer:pandas:1"]), facts()))
    assert (layered.confidence, layered.effort) == (0.5, "medium")
    assert "It uses 1 layer, which must be there for arm64 as well." in layered.evidence["notes"]


def test_a_function_that_did_not_run_is_a_finding_without_an_amount() -> None:
    finding = found(CHECK.find(function(utilisation={}), facts()))
    assert finding.monthly_savings is None
    assert "no cost, since CloudWatch has no invocations of the last 14 days" in finding.reason
