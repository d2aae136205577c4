"""Functions on x86_64 whose runtime also runs on arm64, where a GB-second costs less."""

import re
from shlex import quote

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource
from core.checks.lambda_metrics import FUNCTION
from core.reckoning import lambda_

# Which runtimes run on arm64: those on Amazon Linux 2 and later, by family from which version on. Any later version does too.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html and its earlier states, which list architectures:
# python3.7, java8, nodejs10.x and go1.x have x86_64 alone, and so had everything on the first Amazon Linux.
FIRST_ON_ARM = {"python": (3, 8), "nodejs": (12,), "java": (11,), "dotnet": (6,), "ruby": (2, 7), "provided.al": (2,)}

# Those that the families' versions don't tell.
ALSO_ON_ARM = ("java8.al2", "java8.al2023")
X86_ONLY = (
    *("go1.x", "java8", "provided", "nodejs", "nodejs4.3-edge"),
    # Ran on arm64, but can't be updated any more.
    *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1"),
)

# Runtimes whose packages mostly hold machine code, which has to be compiled anew.
_COMPILED = ("provided", "dotnet")

# Confidence by how likely it runs as it is; 0.75 with interpreted code or bytecode.
CONFIDENCE, COMPILED_CONFIDENCE, LAYERS_CONFIDENCE = 0.75, 0.6, 0.5


def find(resource: Resource, facts: Facts) -> Answer:
    """On x86_64, packed as a zip file, with a runtime that runs on arm64 too."""
    architecture, runtime = lambda_.architecture_of(resource.attributes), str(resource.attributes.get("Runtime") or "")
    if architecture == lambda_.ARM or resource.attributes.get("PackageType", "Zip") != "Zip":
        return None
    if not architecture:
        return NotMeasured("AWS doesn't say on which architecture it runs.")
    if not runtime:
        return NotMeasured("AWS doesn't say which runtime it has.")
    on_arm = runs_on_arm(runtime)
    if on_arm is None:
        return NotMeasured(f"Whether {' '.join(runtime.split())} runs on arm64 isn't known.")
    return _finding(resource, facts, runtime) if on_arm else None


def runs_on_arm(runtime: str) -> bool | None:
    """Whether AWS offers a runtime on arm64; None for a family that isn't known here."""
    if runtime in (*ALSO_ON_ARM, *X86_ONLY):
        return runtime in ALSO_ON_ARM
    found = re.fullmatch(r"(provided\.al|[a-z]+)(\d+(?:\.\d+)?)(?:\.x|\.al\d+)?", runtime)
    if found is None or found[1] not in FIRST_ON_ARM:
        return None
    return tuple(map(int, found[2].split("."))) >= FIRST_ON_ARM[found[1]]


def _finding(resource: Resource, facts: Facts, runtime: str) -> Finding:
    attributes, region = resource.attributes, resource.region
    cost = lambda_.function(facts.prices, region, attributes, resource.utilisation)
    after = lambda_.function(facts.prices, region, attributes, resource.utilisation, architecture=lambda_.ARM)
    compiled, layers = runtime.startswith(_COMPILED), list(attributes.get("Layers") or ())
    known = LAYERS_CONFIDENCE if layers else COMPILED_CONFIDENCE if compiled else CONFIDENCE
    return Finding(
        reason=(
            f"Function {resource.named} in {region} runs on x86_64, and its runtime {runtime} runs on arm64 too, with "
            f"{lambda_.memory_of(attributes)} MB. Now: {cost.in_words()}. Then: {after.in_words()}."
        ),
        fix=(
            f"aws lambda update-function-code --function-name {quote(resource.resource_id)} --architectures arm64 "
            f"--zip-file fileb://function-arm64.zip --region {region}"
        ),
        cost=cost,
        after=after,
        confidence=known * min(cost.confidence, after.confidence),
        effort="medium" if compiled or layers else "low",
        risk="medium",
        evidence={
            "rule": "x86_64, packed as a zip file, with a runtime that AWS offers on arm64 too",
            "thresholds": {},
            "values": {
                "runtime": runtime,
                "architecture": lambda_.X86,
                "layers": len(layers),
                **{name: resource.utilisation[name] for name in (lambda_.INVOCATIONS, lambda_.GB_SECONDS) if name in resource.utilisation},
            },
            "series": [],
            "notes": _notes(compiled=compiled, layers=len(layers)),
        },
    )


def _notes(*, compiled: bool, layers: int) -> list[str]:
    notes = ["function-arm64.zip in the line stands for its package, with every library that has machine code built for arm64."]
    if compiled:
        notes.append("Its own code has to be compiled for arm64.")
    if layers:
        notes.append(f"It uses {layers} layer{'' if layers == 1 else 's'}, which must be there for arm64 as well.")
    notes.append("It is taken to run as long on arm64 as it does now; try it with an alias that gets a small share of the traffic.")
    notes.append("AWS's free tier isn't taken off, and neither is what a Compute Savings Plan covers of Lambda.")
    return notes


CHECK = Check(
    id="lambda_arm64",
    title="Are there Lambda functions on x86_64 that could run on arm64?",
    label="Lambda function that could run on arm64",
    type="rightsizing",
    service="Lambda",
    resource_types=(FUNCTION,),
    rule="It runs on x86_64, is packed as a zip file, and its runtime is one that AWS offers on arm64 too.",
    price="Its requests and GB-seconds of a month at the prices of x86_64, less the same at those of arm64.",
    find=find,
    remarks=(
        "On arm64: python3.8 and later, nodejs12.x and later, java8.al2, java11 and later, dotnet6 and later, ruby2.7 and later, "
        "provided.al2 and later. Not on arm64: go1.x, java8, provided, python3.7 and whatever is older.",
        "Container images are left alone: what is in them has to be built anew.",
        "Without invocations in CloudWatch it is a finding without an amount.",
        "Libraries and layers with machine code must be there for arm64: confidence is 0.75, 0.6 where the runtime is for compiled code, "
        "0.5 with layers.",
    ),
)
