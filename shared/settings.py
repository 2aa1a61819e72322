"""Every setting of a service, read once, in its `main.py`. The environment's names are these with `HUANCUI_`
before them.
"""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clock import Clock, ClockKind, SimulatedClock, SystemClock
from shared.database import tls_context
from shared.messaging.kafka import KafkaConfig


class DatabaseSettings(BaseSettings):
    """Where a service's database is: `postgresql+asyncpg://user:password@host:port/name`."""

    model_config = SettingsConfigDict(env_prefix="HUANCUI_", frozen=True, extra="ignore")

    database_url: SecretStr


class ServiceSettings(DatabaseSettings):
    """What all services share. `role_*` switch parts off, so that they run as replicas of their own."""

    database_pool_size: int = 10
    kafka_bootstrap: str
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_tls: bool = False
    kafka_ca_file: str | None = None
    kafka_session_timeout_ms: int = 30_000
    kafka_rebalance_timeout_ms: int = 30_000
    kafka_max_poll_interval_ms: int = 300_000
    kafka_request_timeout_ms: int = 20_000
    topic_prefix: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    jwks_file: Path | None = None
    jwks_url: str | None = None
    issuer: str = "huancui-local"
    audience: str = "huancui"
    metrics_open: bool = False
    cursor_secret: SecretStr | None = None
    """The same in all replicas, so that a page's cursor serves at each of them."""
    log_level: str = "info"
    otlp_endpoint: str | None = None
    clock: ClockKind = ClockKind.SYSTEM
    clock_start: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    role_http: bool = True
    role_consume: bool = True
    role_relay: bool = True
    role_timers: bool = True
    role_dispatch: bool = True
    batch_max: int = 200
    lanes: int = 4
    look_every_ms: int = 500
    look_after_ms: int | None = None
    outbox_poll_least_ms: int = 5
    outbox_poll_most_ms: int = 100
    send_deadline_s: float = 10.0
    timers_per_second_max: int = 20_000
    timers_in_order: bool = False
    answer_within_s: float = 10.0
    still_running_after_s: float = 2.0
    stop_within_s: float = 15.0
    inbox_keep_days: int = 45
    fault: str | None = None

    def kafka(self, client_id: str) -> KafkaConfig:
        """How this service reaches Kafka."""
        return KafkaConfig(
            bootstrap=self.kafka_bootstrap,
            user=self.kafka_user,
            password=self.kafka_password.get_secret_value() if self.kafka_password else None,
            tls=tls_context(self.kafka_ca_file) if self.kafka_tls else None,
            client_id=client_id,
            session_timeout_ms=self.kafka_session_timeout_ms,
            rebalance_timeout_ms=self.kafka_rebalance_timeout_ms,
            max_poll_interval_ms=self.kafka_max_poll_interval_ms,
            request_timeout_ms=self.kafka_request_timeout_ms,
            heartbeat_interval_ms=min(3_000, self.kafka_session_timeout_ms // 3),
        )

    def make_clock(self) -> Clock:
        """The wall clock, or the simulated one beginning at `clock_start`."""
        return SystemClock() if self.clock is ClockKind.SYSTEM else SimulatedClock(self.clock_start)
