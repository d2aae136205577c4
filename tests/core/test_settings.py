"""A bad setting stops the start with one line that names it and never shows its value."""

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
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^The setting {name} can't be used: .*{said}") as refused:
        settings.load()
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "docs/settings.md" in refused.value.hint


def test_the_environment_is_read_and_can_be_overridden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLICKHOUSE_DSN", f"chdb://{tmp_path}")
    monkeypatch.setenv("SPENDSCOPE_SETTLED_DAYS", "3")
    loaded = settings.load(spendscope_max_shrink_percent=25)
    assert loaded.clickhouse_dsn.get_secret_value() == f"chdb://{tmp_path}"
    assert (loaded.spendscope_settled_days, loaded.spendscope_max_shrink_percent) == (3, 25)


def test_a_password_is_not_in_what_settings_show() -> None:
    loaded = settings.load(clickhouse_dsn="https://u:s3cret@h:8443/d")
    assert "s3cret" not in f"{loaded!r} {loaded}"
