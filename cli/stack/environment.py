"""What the environment tells each service of the local stack, and the tokens they ask each other with."""

import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from cli.stack.files import secret, write_private
from cli.stack.layout import AUDIENCE, ISSUER, ROOT, Layout
from cli.stack.process import LOOPBACK
from cli.stack.state import StackState
from shared.access import issue_token, read_private_jwk
from shared.clock import ClockKind
from shared.decision import Role
from shared.provisioning import LENDERS_USER, service_user

KEY_BYTES = 32
TOKEN_LIFETIME_S = 2 * 3600
RENEW_TOKENS_EVERY_S = 1800
ASKING = ("reminders", "hardship", "mediation")
"""Services that ask others over HTTP, and keep texts under their persons' keys."""


def environment_of(service: str, layout: Layout, state: StackState) -> Mapping[str, str]:
    """The environment of a service's process. Secrets are made on first use."""
    settings = {
        "DATABASE_URL": state.database_urls[service],
        "KAFKA_BOOTSTRAP": state.kafka_bootstrap,
        "KAFKA_USER": service_user(service),
        "KAFKA_PASSWORD": secret(layout.secret_file(service, "kafka")),
        "HTTP_HOST": LOOPBACK,
        "HTTP_PORT": str(layout.http_port(service)),
        "JWKS_FILE": str(layout.public_keys),
        "ISSUER": ISSUER,
        "AUDIENCE": AUDIENCE,
        "TOPIC_PREFIX": "",
        "CLOCK": state.clock,
    }
    if state.clock == ClockKind.SIMULATED:
        # Whoever lets months pass in minutes waits for each timer.
        settings |= {"LOOK_AFTER_MS": "15", "TIMERS_IN_ORDER": "true", "LANES": "1"}
    if service == "ledger":
        settings |= _of_ledger(layout)
    if service in ASKING:
        settings |= _of_those_who_ask(service, layout)
    if service == "reminders":
        # Nobody may be reached from here: what would go out is taken for sent, and shown.
        settings["DRY_CHANNELS"] = "true"
        settings["LEARN_URL"] = f"{layout.url(service)}/v1/learn"
        settings["WEBHOOK_SECRETS"] = _base64_key(layout.secret_file(service, "webhooks"))
    if service == "hardship":
        settings["LINK_SECRET"] = secret(layout.secret_file(service, "links"))
        settings["PUBLIC_URL"] = layout.url(service)
    return {
        **os.environ,
        **{f"HUANCUI_{name}": value for name, value in settings.items()},
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def _of_ledger(layout: Layout) -> dict[str, str]:
    """It adds lenders, and that alone takes more than a service may do."""
    return {
        "KAFKA_ADMIN_USER": LENDERS_USER,
        "SIGNING_KEY_FILE": str(layout.signing_key),
        "KAFKA_ADMIN_PASSWORD": secret(layout.secret_file("lenders", "kafka")),
        "WEBHOOK_KEY": secret(layout.secret_file("ledger", "webhooks")),
        "WEBHOOK_NETWORKS": "127.0.0.0/8",
    }


def _of_those_who_ask(service: str, layout: Layout) -> dict[str, str]:
    sealing_key = layout.secret_file(service, "sealing")
    _base64_key(sealing_key)
    return {
        "SEALING_KEY_FILE": str(sealing_key),
        "SERVICE_TOKEN_FILE": str(layout.secret_file(service, "token")),
        "LEDGER_URL": layout.url("ledger"),
        "HARDSHIP_URL": layout.url("hardship"),
    }


def _base64_key(file: Path) -> str:
    """A key of random bytes in base64, made once."""
    if not file.exists():
        write_private(file, b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
    return file.read_text().strip()


def renew_tokens(layout: Layout) -> None:
    """Write each asking service a new token: they live for TOKEN_LIFETIME_S."""
    key = read_private_jwk(layout.signing_key.read_text())
    for service in ASKING:
        token = issue_token(
            key,
            subject=service,
            role=Role.SERVICE,
            lenders=None,
            issuer=ISSUER,
            audience=AUDIENCE,
            lifetime_s=TOKEN_LIFETIME_S,
        )
        write_private(layout.secret_file(service, "token"), token)
