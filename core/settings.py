"""Settings from the environment or `.env`, checked once at the start.

Each field's description is its documentation; `docs/settings.md` is tested against this file.
"""

import os
import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent
CREDENTIALS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_profile")
REGION_CODE = r"[a-z]{2,4}(-[a-z]+)+-\d+"


class Settings(BaseSettings):
    """What an operator can set. Field names are the environment variables' in lower case."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True)

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
    spendscope_anomaly_mode: Literal["usual", "day-before"] = Field(
        default="usual", description="What days are judged by: what is `usual` for them, or the `day-before` (20 % is medium, 50 % high)."
    )
    spendscope_anomaly_sensitivity: float = Field(
        default=1.0, ge=0.1, le=10, description="Divides the limits of what is usual: 2 alerts at half the difference, 0.5 at twice."
    )
    spendscope_anomaly_floor_usd: float = Field(
        default=1.0, ge=0, le=1e9, description="A day that is off by less than this is never an anomaly, in the bill's currency."
    )
    spendscope_anomaly_floor_percent: float = Field(
        default=5.0, ge=0, le=1000, description="A day that is off by less than this share of what was expected is never an anomaly."
    )
    spendscope_max_shrink_percent: float = Field(
        default=10.0,
        ge=0,
        le=100,
        description="An import that would lower a published month by more than this is refused without `--replace`.",
    )
    spendscope_max_upload_mb: int = Field(
        default=4096, ge=1, le=65536, description="Largest billing export that the data page takes, in MB; the command line has no limit."
    )
    spendscope_demo: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="The made-up organisation: `auto` shows it until there are credentials or an import, `on` always, `off` never.",
    )
    spendscope_api_token: SecretStr = Field(
        default=SecretStr(""), description="What programs send as `Authorization: Bearer ...`; without it only this machine's may call."
    )
    spendscope_cost_cap_usd: Decimal = Field(
        default=Decimal("5.00"), ge=0, le=10000, description="Most that AWS may bill for the API requests of one collection, in USD."
    )
    spendscope_cost_explorer_per_hour: int = Field(
        default=400, ge=1, le=36000, description="Most Cost Explorer requests in any hour; more than that wait."
    )
    spendscope_collection_threads: int = Field(default=8, ge=1, le=64, description="How many AWS calls run at the same time.")
    aws_access_key_id: SecretStr | None = Field(default=None, description="Access key; without it boto3 looks where it always does.")
    aws_secret_access_key: SecretStr | None = Field(default=None, description="The access key's secret.")
    aws_session_token: SecretStr | None = Field(default=None, description="Session token of temporary credentials.")
    aws_profile: str = Field(default="", description="Profile in AWS's own configuration files.")
    aws_endpoint_url: str = Field(default="", description="Another address for every AWS call, such as an emulator's.")
    aws_default_region: str = Field(
        default="us-east-1", pattern=f"^{REGION_CODE}$", description="Region for calls that belong to no region of their own."
    )
    aws_regions: str = Field(
        default="all", description="Regions to collect from, with commas between them, or `all` that an account has enabled."
    )
    aws_role_name: str = Field(
        default="",
        max_length=512,
        pattern=r"^[A-Za-z0-9_+=,.@/-]*$",
        description="Role that is assumed in each linked account; without it only the credentials' own account is entered.",
    )
    aws_cost_lookback_days: int = Field(
        default=30, ge=1, le=366, description="Days of cost that a routine refresh reads again, rounded down to a month's start."
    )
    aws_idle_cpu_threshold: float = Field(
        default=5.0, gt=0, le=100, description="Mean CPU under which an instance counts as idle, in percent."
    )
    aws_underutilized_cpu_threshold: float = Field(
        default=20.0,
        gt=0,
        le=100,
        validate_default=True,
        description="Mean CPU under which an instance counts as underutilised, in percent.",
    )
    aws_spot_savings_target: float = Field(
        default=35.0,
        gt=0,
        le=90,
        description="What the spot market is taken to save where its price history isn't known, in percent.",
    )

    @classmethod
    def settings_customise_sources(  # noqa: D102  # documented by pydantic-settings
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _WholeCredentials(settings_cls, dotenv_settings)

    @property
    def regions(self) -> tuple[str, ...] | None:
        """The regions to collect from, in the order given; None means every enabled one."""
        names = tuple(dict.fromkeys(name.strip() for name in self.aws_regions.split(",") if name.strip()))
        return None if names == ("all",) else names

    @field_validator("aws_regions")
    @classmethod
    def _region_codes(cls, regions: str) -> str:
        names = [name.strip() for name in regions.split(",") if name.strip()]
        if not names or (names != ["all"] and not all(re.fullmatch(REGION_CODE, name) for name in names)):
            raise ValueError("it must be `all` or region codes with commas between them, as in us-east-1,eu-west-1")
        return regions

    @field_validator("aws_underutilized_cpu_threshold")
    @classmethod
    def _above_idle(cls, threshold: float, info: ValidationInfo) -> float:
        if threshold <= info.data.get("aws_idle_cpu_threshold", 0):
            raise ValueError("it must be above AWS_IDLE_CPU_THRESHOLD")
        return threshold

    @field_validator("aws_endpoint_url")
    @classmethod
    def _usable_endpoint(cls, endpoint: str) -> str:
        if endpoint and (_split(endpoint).scheme not in ("http", "https") or not _split(endpoint).hostname):
            raise ValueError("it must be an address that starts with http:// or https://")
        return endpoint

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


class _WholeCredentials(PydanticBaseSettingsSource):
    """`.env`, but without its AWS credentials when the environment has any: half of one key pair and half of another open nothing."""

    def __init__(self, settings_cls: type[BaseSettings], dotenv: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._dotenv = dotenv

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """What `.env` says of one field."""
        return self._dotenv.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        """Everything that `.env` says and that counts."""
        said = self._dotenv()
        if any(os.environ.get(name.upper()) for name in CREDENTIALS):
            said = {name: value for name, value in said.items() if name not in CREDENTIALS}
        return said


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
