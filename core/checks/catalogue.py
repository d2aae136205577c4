"""docs/checks.md, written from the checks' own metadata: `python -m core.checks.catalogue > docs/checks.md`."""

import sys
from collections.abc import Iterator

from core.checks import discovered
from core.checks.contract import Check

HEAD = """# Checks

What Spendscope looks for, and by which rule. This page is written from the checks themselves:
`python -m core.checks.catalogue > docs/checks.md` does it anew. Each formula stands in
[methods.md](methods.md#opportunities) with an example.

Thresholds are strict: under 5 % leaves 5.0 % alone. A resource without data isn't idle: it is listed as not measured, with the reason.
Savings are USD a month of 730 hours, at the on-demand price of the exact region, system and tenancy, net of reservations and Savings Plans.
"""


def markdown() -> str:
    """The whole page."""
    return "\n".join([HEAD, *table(), *(line for check in discovered() for line in section(check))]) + "\n"


def table() -> Iterator[str]:
    """A row for each check."""
    yield "| check | what it finds | type | service |"
    yield "|---|---|---|---|"
    for check in discovered():
        yield f"| [`{check.id}`](#{check.id}) | {check.label} | `{check.type}` | {check.service} |"


def section(check: Check) -> Iterator[str]:
    """What one check asks, its rule, thresholds and price."""
    yield from ("", f"## {check.id}", "", f"**{check.title}** {check.rule}", "", f"Saving: {check.price[0].lower()}{check.price[1:]}")
    if check.thresholds:
        yield from ("", "| threshold | default | what it is | setting |", "|---|---|---|---|")
        for each in check.thresholds:
            setting = f"`{each.setting.upper()}`" if each.setting else ""
            yield f"| `{each.name}` | {each.default:g} {each.unit} | {each.description} | {setting} |"
    if check.remarks:
        yield from ("", *(f"- {remark}" for remark in check.remarks))


if __name__ == "__main__":
    sys.stdout.write(markdown())
