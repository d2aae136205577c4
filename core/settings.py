"""Settings from the environment or `.env`, checked once at the start.

Each field's description is its documentation; `docs/settings.md` is tested against this file.
"""

from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator can set. Field names are the environment variables' in lower case."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True)

    clickhouse_dsn: SecretStr = Field(
        default=SecretStr(f"chdb://{ROOT / 'data'}"),
        description="Where figures are kept: `chdb:///folder` embedded, or `http(s)://user:password@host:port/spendscope`.",
    )
    clickhouse_cluster: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]*$",
        description="Name of the ClickHouse cluster; tables are then replicated and distributed over it.",
    )
    spendscope_memory_limit_gib: float = Field(
        default=4.0, ge=0.5, le=1024, description="Most memory that one query may take, in GiB; larger sorts and groupings go to disk."
    )
    spendscope_settled_days: int = Field(default=2, ge=0, le=14, description="Full UTC days after which a day's cost counts as settled.")
    spendscope_max_shrink_percent: float = Field(
        default=10.0,
        ge=0,
        le=100,
        description="An import that would lower a published month by more than this is refused without `--replace`.",
    )
    spendscope_max_upload_mb: int = Field(
        default=4096, ge=1, le=65536, description="Largest billing export that the data page takes, in MB; the command line has no limit."
    )

    @field_validator("clickhouse_dsn")
    @classmethod
    def _usable_dsn(cls, dsn: SecretStr) -> SecretStr:
        parts = _split(dsn.get_secret_value())
        if parts.scheme not in ("chdb", "http", "https"):
            raise ValueError("it must start with chdb://, http:// or https://")
        if parts.scheme == "chdb" and (parts.netloc or not parts.path.strip("/")):
            raise ValueError("it must name a folder from the root, as in chdb:///var/lib/spendscope")
        if parts.scheme != "chdb" and not parts.hostname:
            raise ValueError("it names no host, as in https://user:password@host:8443")
        return dsn


def _split(dsn: str) -> SplitResult:
    try:
        parts = urlsplit(dsn)
        _ = parts.port
    except ValueError:
        raise ValueError("its host or port can't be read; special signs in a password are written as %40 and the like") from None
    return parts


def load(**overrides: object) -> Settings:
    """The settings in force; `overrides` win over the environment. Raises SettingError naming the first bad one."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value itself
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper()
        raise SettingError(
            f"The setting {name} can't be used: {first['msg'].removeprefix('Value error, ')}.",
            "Mend it in the environment or in .env; docs/settings.md lists every setting.",
        ) from None


@lru_cache
def settings() -> Settings:
    """The process's settings, read once."""
    return load()
