"""A link and the view it stands for."""

from datetime import date

import pytest

from app.view import NONE, Choice, Known, View, default_view, next_group, parse
from core.models import CostType, Filters, Grain
from core.store.queries import Coverage

KNOWN = Known(
    Coverage(date(2026, 1, 1), date(2026, 8, 31), ("USD", "EUR")),
    {
        "provider": frozenset({"AWS", "Microsoft"}),
        "account": frozenset({"111111111111"}),
        "service": frozenset({"EC2", "S3", "Lambda"}),
        "region": frozenset({"us-east-1", ""}),
        "category": frozenset({"Usage", "Tax"}),
    },
)


def test_without_parameters_the_last_thirty_days_in_the_commonest_currency() -> None:
    view, problems = parse({}, KNOWN)
    assert (view.filters.start, view.filters.end) == (date(2026, 8, 2), date(2026, 8, 31))
    assert view.filters.currency == "USD"
    assert view.filters.cost_type is CostType.UNBLENDED
    assert (view.group, view.grain, view.compare) == ("service", Grain.DAY, True)
    assert problems == []


def test_a_view_survives_the_way_through_its_link() -> None:
    view = View(
        Filters(
            date(2026, 3, 1),
            date(2026, 3, 31),
            "EUR",
            CostType.NET_AMORTIZED,
            {
                "service": ("EC2", "S3"),
                "region": ("",),
                "usage_type": ("USW2-EBS:VolumeUsage.gp3",),
                "resource": ("arn:aws:s3:::a&b=c d",),
                "tag:team=x": (),
                "tag:cost centre": ("a=b", ""),
            },
        ),
        compare=False,
        group="tag:team",
        grain=Grain.WEEK,
    )
    again, problems = parse(view.encoded(), KNOWN)
    kept = {key: values for key, values in view.filters.selected.items() if values}
    assert problems == []
    assert again.filters.selected == kept
    assert (again.filters.start, again.filters.end, again.filters.currency) == (date(2026, 3, 1), date(2026, 3, 31), "EUR")
    assert (again.compare, again.group, again.grain, again.filters.cost_type) == (False, "tag:team", Grain.WEEK, CostType.NET_AMORTIZED)


def test_a_link_always_carries_its_days_currency_and_cost_type() -> None:
    encoded = default_view(KNOWN.coverage).encoded()
    assert encoded["from"] == ["2026-08-02"]
    assert encoded["to"] == ["2026-08-31"]
    assert encoded["currency"] == ["USD"]
    assert encoded["cost"] == ["unblended"]


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"from": ["yesterday"]}, "yesterday"),
        ({"to": ["2026-13-01"]}, "2026-13-01"),
        ({"from": ["0001-01-01"]}, "0001-01-01"),
        ({"from": ["2026-08-20"], "to": ["2026-08-10"]}, "ends before it begins"),
        ({"from": ["2020-01-01"], "to": ["2020-01-31"]}, "2026-01-01 to 2026-08-31"),
        ({"currency": ["XYZ"]}, "XYZ"),
        ({"cost": ["free"]}, "free"),
        ({"group": ["colour"]}, "colour"),
        ({"grain": ["hour"]}, "hour"),
        ({"compare": ["maybe"]}, "maybe"),
        ({"service": ["EC2", "Teleport"]}, "Teleport"),
        ({"region": ["atlantis"]}, "atlantis"),
        ({"tag": ["team"]}, "team"),
    ],
)
def test_a_bad_parameter_is_named_and_the_rest_holds(params: dict[str, list[str]], named: str) -> None:
    view, problems = parse({"provider": ["AWS"], **params}, KNOWN)
    assert len(problems) == 1
    assert named in problems[0]
    assert view.filters.selected["provider"] == ("AWS",)
    assert view.filters.selected.get("service", ("EC2",)) == ("EC2",)
    assert view.filters.start <= view.filters.end


def test_days_in_the_wrong_order_are_swapped() -> None:
    view, _ = parse({"from": ["2026-08-20"], "to": ["2026-08-10"]}, KNOWN)
    assert (view.filters.start, view.filters.end) == (date(2026, 8, 10), date(2026, 8, 20))


def test_going_down_narrows_to_one_value_and_groups_by_the_next_dimension() -> None:
    view = default_view(KNOWN.coverage)
    down = view.drilled(["EC2"])
    assert down.filters.selected == {"service": ("EC2",)}
    assert down.group == "region"
    other = view.drilled(["S3", "Lambda"])
    assert other.filters.selected == {"service": ("S3", "Lambda")}
    assert other.group == "service"


@pytest.mark.parametrize(
    ("group", "selected", "after"),
    [
        ("provider", {}, "account"),
        ("account", {"service": ("EC2",)}, "region"),
        ("region", {}, "usage_type"),
        ("usage_type", {}, "resource"),
        ("category", {"provider": ("AWS",)}, "account"),
        ("tag:team", {}, "provider"),
    ],
)
def test_the_way_down_skips_what_is_settled(group: str, selected: dict[str, tuple[str, ...]], after: str) -> None:
    assert next_group(group, selected) == after


def test_nothing_is_written_as_none() -> None:
    view, _ = parse({"region": [NONE]}, KNOWN)
    assert view.filters.selected["region"] == ("",)
    assert view.encoded()["region"] == [NONE]


SEVERITY = Choice("severity", ("high", "medium", "low"), several=True)
SORT = Choice("sort", ("impact", "first"), default="impact")
ELSEWHERE = Choice("sort", ("saving", "name"), default="saving")


def test_what_a_page_lets_one_choose_survives_the_way_through_its_link() -> None:
    view = default_view(KNOWN.coverage).choosing(SEVERITY, ["low", "high"]).choosing(SORT, ["first"])
    link = view.encoded([SEVERITY, SORT])
    assert (link["severity"], link["sort"]) == (["low", "high"], ["first"])
    again, problems = parse(link, KNOWN, [SEVERITY, SORT])
    assert (again.chosen(SEVERITY), again.chosen(SORT), problems) == (("low", "high"), ("first",), [])
    assert again == view


def test_a_choice_is_in_the_link_of_its_own_page_only_and_two_pages_may_share_a_name() -> None:
    view = default_view(KNOWN.coverage).choosing(SORT, ["first"]).choosing(ELSEWHERE, ["name"])
    assert "sort" not in view.encoded()
    assert view.encoded([SORT])["sort"] == ["first"]
    assert view.encoded([ELSEWHERE])["sort"] == ["name"]


def test_nothing_chosen_is_everything_and_the_default_needs_no_parameter() -> None:
    view, _ = parse({}, KNOWN, [SEVERITY, SORT])
    assert (view.chosen(SEVERITY), view.chosen(SORT)) == ((), ("impact",))
    chosen = view.choosing(SORT, ["first"]).choosing(SORT, ["impact"]).choosing(SEVERITY, ["low"]).choosing(SEVERITY, [])
    assert chosen == view
    assert "sort" not in chosen.encoded([SORT])


def test_a_bad_value_of_a_choice_is_named_and_left_out() -> None:
    view, problems = parse({"severity": ["high", "dire"], "sort": ["colour"]}, KNOWN, [SEVERITY, SORT])
    assert (view.chosen(SEVERITY), view.chosen(SORT)) == (("high",), ("impact",))
    assert len(problems) == 2
    assert "dire" in problems[0]
    assert "colour" in problems[1]
