"""A bad setting stops the start with one line that names it and never shows its value."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from core import settings
from core.errors import SettingError


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CLICKHOUSE_DSN", "mysql://u:s3cret@h/d", "it must start with chdb://, http:// or https://"),
        ("CLICKHOUSE_DSN", "just words s3cret", "it must start with"),
        ("CLICKHOUSE_DSN", "https://u:s3cret@:8443/", "it names no host"),
        ("CLICKHOUSE_DSN", "http://u:s3cret@h:port/", "its host or port can't be read"),
        ("CLICKHOUSE_DSN", "chdb://s3cret/folder", "it must name a folder from the root"),
        ("CLICKHOUSE_DSN", "chdb:///", "it must name a folder from the root"),
        ("CLICKHOUSE_CLUSTER", "a'); DROP s3cret", "String should match pattern"),
        ("SPENDSCOPE_MEMORY_LIMIT_GIB", "s3cret", "Input should be a valid number"),
        ("SPENDSCOPE_MEMORY_LIMIT_GIB", "0.1", "greater than or equal to 0.5"),
        ("SPENDSCOPE_SETTLED_DAYS", "15", "less than or equal to 14"),
        ("SPENDSCOPE_MAX_SHRINK_PERCENT", "-1", "greater than or equal to 0"),
        ("SPENDSCOPE_MAX_UPLOAD_MB", "1.5", "valid integer"),
        ("SPENDSCOPE_DEMO", "yes", "Input should be 'auto', 'on' or 'off'"),
        ("SPENDSCOPE_COST_CAP_USD", "-0.01", "greater than or equal to 0"),
        ("SPENDSCOPE_COST_CAP_USD", "NaN", "finite number"),
        ("SPENDSCOPE_COST_EXPLORER_PER_HOUR", "0", "greater than or equal to 1"),
        ("SPENDSCOPE_COLLECTION_THREADS", "65", "less than or equal to 64"),
        ("AWS_DEFAULT_REGION", "virginia", "String should match pattern"),
        ("AWS_REGIONS", "us-east-1,everywhere", "it must be `all` or region codes"),
        ("AWS_REGIONS", "all,us-east-1", "it must be `all` or region codes"),
        ("AWS_REGIONS", ",", "it must be `all` or region codes"),
        ("AWS_ROLE_NAME", "arn:aws:iam::1:role/s3cret", "String should match pattern"),
        ("AWS_ENDPOINT_URL", "localhost:5000", "it must be an address that starts with http"),
        ("AWS_COST_LOOKBACK_DAYS", "0", "greater than or equal to 1"),
        ("AWS_IDLE_CPU_THRESHOLD", "0", "greater than 0"),
        ("AWS_SPOT_SAVINGS_TARGET", "0", "greater than 0"),
        ("AWS_SPOT_SAVINGS_TARGET", "91", "less than or equal to 90"),
        ("AWS_UNDERUTILIZED_CPU_THRESHOLD", "5", "it must be above AWS_IDLE_CPU_THRESHOLD"),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^The setting {name} can't be used: .*{said}") as refused:
        settings.load()
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "docs/settings.md" in refused.value.hint


def test_an_idle_threshold_above_the_default_of_underutilised_is_refused() -> None:
    with pytest.raises(SettingError, match="AWS_UNDERUTILIZED_CPU_THRESHOLD can't be used: it must be above AWS_IDLE_CPU_THRESHOLD"):
        settings.load(aws_idle_cpu_threshold=20)


def test_the_environment_is_read_and_can_be_overridden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLICKHOUSE_DSN", f"chdb://{tmp_path}")
    monkeypatch.setenv("SPENDSCOPE_SETTLED_DAYS", "3")
    loaded = settings.load(spendscope_max_shrink_percent=25)
    assert loaded.clickhouse_dsn.get_secret_value() == f"chdb://{tmp_path}"
    assert (loaded.spendscope_settled_days, loaded.spendscope_max_shrink_percent) == (3, 25)


def test_the_defaults_of_collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    loaded = settings.load()
    assert (loaded.aws_default_region, loaded.regions, loaded.aws_role_name) == ("us-east-1", None, "")
    assert (loaded.aws_cost_lookback_days, loaded.aws_idle_cpu_threshold, loaded.aws_underutilized_cpu_threshold) == (30, 5, 20)
    assert (loaded.spendscope_demo, loaded.spendscope_cost_cap_usd, loaded.spendscope_cost_explorer_per_hour) == ("auto", Decimal(5), 400)
    assert loaded.spendscope_collection_threads == 8
    assert loaded.aws_secret_access_key is None


@pytest.mark.parametrize("name", sorted(settings.Settings.model_fields))
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name.upper(), raising=False)
    unset = getattr(settings.load(), name)
    monkeypatch.setenv(name.upper(), "")
    assert getattr(settings.load(), name) == unset


@pytest.mark.parametrize(
    ("given", "regions"), [("all", None), ("eu-west-1", ("eu-west-1",)), (" us-gov-west-1 ,eu-west-1,", ("us-gov-west-1", "eu-west-1"))]
)
def test_regions_are_a_list(given: str, regions: tuple[str, ...] | None) -> None:
    assert settings.load(aws_regions=given).regions == regions


def test_keys_are_not_in_what_settings_show() -> None:
    loaded = settings.load(aws_access_key_id="s3cret-id", aws_secret_access_key="s3cret", aws_session_token="s3cret-token")
    assert "s3cret" not in f"{loaded!r} {loaded} {loaded.model_dump()} {loaded.model_dump_json()}"


def test_a_password_is_not_in_what_settings_show() -> None:
    loaded = settings.load(clickhouse_dsn="https://u:s3cret@h:8443/d")
    assert "s3cret" not in f"{loaded!r} {loaded}"
