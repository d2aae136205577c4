"""What the checks of functions share: CloudWatch's names, and which days of the window say something."""

from core.checks.contract import Facts, Resource
from core.checks.windows import Window, window

FUNCTION = "lambda:function"
USED_MEMORY = ("used_memory_max", "Maximum")
INVOCATIONS = ("Invocations", "Sum")


def unmeasured_days(resource: Resource, held: Window, facts: Facts) -> int:
    """On how many days of the window a function ran without the metric being known.

    CloudWatch has no invocations of a day on which it didn't run, as long as it has some of another; where it has none at all, every day
    may be one on which it ran.
    """
    invoked = window(resource, INVOCATIONS, facts, held.days)
    if not invoked.values:
        return held.days - len(held.values)
    return sum(count > 0 and day not in held.values for day, count in invoked.values.items())
