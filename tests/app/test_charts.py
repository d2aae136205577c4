"""Figures from frames."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from app import charts
from core.models import Grain

ROOT = Path(__file__).resolve().parents[2]


def series(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(pd.Timestamp(day), group, Decimal(cost), 0) for day, group, cost in rows], columns=["bucket", "group", "cost", "unknown"]
    )


def test_every_amount_is_in_the_stack_and_the_rest_is_other() -> None:
    frame = series(("2026-08-01", "EC2", 5), ("2026-08-01", "S3", 2), ("2026-08-01", "SQS", 1), ("2026-08-02", "EC2", 7))
    figure = charts.stacked(frame, ["EC2", "S3"], {}, {"EC2": "#111111"}, "USD", Grain.DAY, date(2026, 9, 1))
    sums = {trace.name: sum(trace.y) for trace in figure.data}
    assert sums == {"EC2": 12.0, "S3": 2.0, "Other": 1.0}


def test_a_series_with_gaps_has_no_empty_points_in_the_stack() -> None:
    frame = series(("2026-08-01", "EC2", 5), ("2026-08-02", "EC2", 5), ("2026-08-02", "Support", 3))
    figure = charts.stacked(frame, ["Support", "EC2"], {}, {}, "USD", Grain.DAY, date(2026, 9, 1))
    support = next(trace for trace in figure.data if trace.name == "Support")
    assert list(support.y) == [3.0]


def test_unsettled_buckets_are_hatched() -> None:
    frame = series(("2026-08-01", "EC2", 5), ("2026-08-30", "EC2", 5))
    figure = charts.stacked(frame, ["EC2"], {}, {}, "USD", Grain.DAY, date(2026, 8, 29))
    assert list(figure.data[0].marker.pattern.shape) == ["", "/"]
    monthly = charts.stacked(series(("2026-08-01", "EC2", 5)), ["EC2"], {}, {}, "USD", Grain.MONTH, date(2026, 8, 29))
    assert list(monthly.data[0].marker.pattern.shape) == ["/"]


def test_the_period_before_is_a_dashed_line() -> None:
    frame = series(("2026-08-01", "EC2", 5), ("2026-08-02", "EC2", 5))
    figure = charts.stacked(
        frame, ["EC2"], {}, {}, "USD", Grain.DAY, date(2026, 9, 1), pd.Series([4.0, 6.0], pd.to_datetime(["2026-08-01", "2026-08-02"]))
    )
    line = figure.data[-1]
    assert (line.mode, line.line.dash, list(line.y)) == ("lines", "dash", [4.0, 6.0])


@pytest.mark.parametrize(("count", "shown"), [(3, 3), (9, 9), (10, 8), (40, 8)])
def test_other_stands_for_more_than_one_group(count: int, shown: int) -> None:
    totals = {f"s{i:02}": Decimal(100 - i) for i in range(count)}
    assert charts.ranked(totals) == [f"s{i:02}" for i in range(shown)]


def test_large_credits_rank_by_their_size() -> None:
    assert charts.ranked({"EC2": Decimal(5), "Credit": Decimal(-50)}) == ["Credit", "EC2"]


def test_a_click_on_the_treemap_leads_to_the_outer_value() -> None:
    parts = pd.DataFrame(
        {"outer": ["EC2", "EC2", "S3"], "inner": ["us-east-1", "", "us-east-1"], "cost": [Decimal(5), Decimal(2), Decimal(1)]}
    )
    tree = charts.treemap(parts, {}, {"": "(none)"}, {}, "USD").data[0]
    assert list(tree.ids) == ["EC2", "S3", "EC2\x1fus-east-1", "EC2\x1f", "S3\x1fus-east-1"]
    assert list(tree.values) == [7.0, 1.0, 5.0, 2.0, 1.0]
    assert {identity.split("\x1f")[0] for identity in tree.ids} == {"EC2", "S3"}


def test_a_group_keeps_its_colour_and_the_palette_goes_on_in_other_shades() -> None:
    palette = ["#0072b2", "#e69f00"]
    colors = charts.palette_for(["a", "b", "c", "d", "e", "f"], palette)
    assert colors["a"] == "#0072b2"
    assert len(set(colors.values())) == 6


def _seen_by(color: str, kind: str) -> tuple[float, float, float]:
    """A colour as a protanope or deuteranope sees it (Viénot, Brettel and Mollon 1999), as OKLab coordinates."""
    linear = [((int(color[i : i + 2], 16) / 255 + 0.055) / 1.055) ** 2.4 for i in (1, 3, 5)]
    rows = {
        "protan": [(0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)],
        "deutan": [(0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)],
        "normal": [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)],
    }[kind]
    r, g, b = (max(sum(weight * channel for weight, channel in zip(row, linear, strict=True)), 0.0) for row in rows)
    root = [
        (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3),
        (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3),
        (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3),
    ]
    return (
        0.2104542553 * root[0] + 0.7936177850 * root[1] - 0.0040720468 * root[2],
        1.9779984951 * root[0] - 2.4285922050 * root[1] + 0.4505937099 * root[2],
        0.0259040371 * root[0] + 0.7827717662 * root[1] - 0.8086757660 * root[2],
    )


@pytest.mark.parametrize("kind", ["normal", "protan", "deutan"])
def test_the_first_eight_colours_are_told_apart_by_every_kind_of_colour_vision(kind: str) -> None:
    palette = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]["chartCategoricalColors"][: charts.SHOWN_SERIES]
    seen = [_seen_by(color, kind) for color in palette]
    for i, one in enumerate(seen):
        for other in seen[i + 1 :]:
            distance = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
            assert distance > 0.05, (palette[i], kind)
