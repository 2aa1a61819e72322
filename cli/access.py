"""Tokens of the local stack, and lenders added to it."""

import json
import os
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from cli.stack.control import running
from cli.stack.files import write_private
from cli.stack.layout import AUDIENCE, ISSUER, Layout
from cli.stack.process import StackError
from shared.access import issue_token, read_private_jwk
from shared.decision import Role
from shared.messaging.kafka import KafkaConfig

HOUR_S = 3600
LEDGER_WITHIN_S = 30.0


def local_token(
    layout: Layout, role: Role, *, lenders: Sequence[str] = (), subject: str = "local", hours: float = 1
) -> str:
    """A token signed by the local stack's key. Raises StackError when the stack was never up."""
    try:
        key = read_private_jwk(layout.signing_key.read_text())
    except OSError as error:
        raise StackError(
            "there is no key to sign with yet: start the stack once with ./huancui up"
        ) from error
    return issue_token(
        key,
        subject=subject,
        role=role,
        lenders=list(lenders) or None,
        issuer=ISSUER,
        audience=AUDIENCE,
        lifetime_s=int(hours * HOUR_S),
    )


def add_lender(layout: Layout, name: str) -> dict[str, Any]:
    """Ask the ledger to add a lender; keeps what it answers, for it says a password once.

    Raises StackError.
    """
    token = local_token(layout, Role.ADMINISTRATOR, subject="huancui lender add")
    try:
        answer = httpx.post(
            f"{layout.url('ledger')}/v1/lenders",
            json={"name": name},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex},
            timeout=LEDGER_WITHIN_S,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise StackError(
            f"the ledger does not answer ({type(error).__name__}): see ./huancui status"
        ) from error
    if not answer.is_success:
        raise StackError(f"the ledger refused to add {name}: {reason_of(answer)}")
    added: dict[str, Any] = answer.json()
    file = layout.lender_file(name)
    write_private(file, json.dumps(added, indent=2) + "\n")
    return added


def kafka_config(layout: Layout, client_id: str = "huancui-cli") -> KafkaConfig:
    """Where Kafka is: as HUANCUI_KAFKA_BOOTSTRAP, _USER and _PASSWORD say, else that of the running stack.

    Raises StackError when there is neither.
    """
    if bootstrap := os.environ.get("HUANCUI_KAFKA_BOOTSTRAP"):
        user, password = (os.environ.get(f"HUANCUI_KAFKA_{name}") for name in ("USER", "PASSWORD"))
        return KafkaConfig(bootstrap, user, password, client_id=client_id)
    state = running(layout)
    return KafkaConfig(state.kafka_bootstrap, state.kafka_user, state.kafka_password, client_id=client_id)


def reason_of(answer: httpx.Response) -> str:
    """What a refusal says, in one line."""
    try:
        problem = answer.json()
        told = [str(problem[part]) for part in ("title", "detail") if problem.get(part)]
    except (ValueError, AttributeError, TypeError):
        told = []
    return f"{answer.status_code} {': '.join(told)}".strip()
