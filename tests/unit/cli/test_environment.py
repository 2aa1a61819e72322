"""What the local stack's services are told, and the tokens that they ask each other with."""

from importlib import import_module
from pathlib import Path

import pytest

from cli.stack.environment import ASKING, environment_of, renew_tokens
from cli.stack.layout import AUDIENCE, ISSUER, Layout, services_here
from cli.stack.state import StackState
from cli.stack.supervisor import make_keys
from shared.access import Access, KeyFile
from shared.decision import Role
from shared.sealed import read_sealer
from shared.settings import ServiceSettings

SERVICES = services_here()


def a_state() -> StackState:
    urls = {service: f"postgresql+asyncpg://{service}" for service in SERVICES}
    return StackState(supervisor=1, ports=1, clock="system", database_urls=urls)


def settings_class(service: str) -> type[ServiceSettings]:
    module = import_module(f"services.{service}.settings")
    found: type[ServiceSettings] = getattr(module, f"{service.capitalize()}Settings")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_its_settings_from_what_it_is_told(service: str, tmp_path: Path) -> None:
    told = environment_of(service, Layout(tmp_path), a_state())
    with pytest.MonkeyPatch.context() as patched:
        for name, value in told.items():
            patched.setenv(name, value)
        read = settings_class(service)()
    assert read.http_port == Layout(tmp_path).http_port(service)
    for name in {"sealing_key_file", "service_token_file", "ledger_url"} & type(read).model_fields.keys():
        assert getattr(read, name) != type(read).model_fields[name].default, name


def test_a_sealing_key_is_made_once_for_each_service_and_kept(tmp_path: Path) -> None:
    def keys() -> list[str]:
        told = [environment_of(service, Layout(tmp_path), a_state()) for service in SERVICES]
        files = [Path(one["HUANCUI_SEALING_KEY_FILE"]) for one in told if "HUANCUI_SEALING_KEY_FILE" in one]
        for file in files:
            read_sealer(file)
            assert file.stat().st_mode & 0o077 == 0
        return [file.read_text() for file in files]

    made = keys()
    assert len(set(made)) == len(made) > 0
    assert keys() == made


async def test_services_ask_each_other_as_services_under_their_own_names(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    make_keys(layout)
    renew_tokens(layout)
    access = Access(KeyFile(layout.public_keys), issuer=ISSUER, audience=AUDIENCE)
    for service in ASKING:
        token = layout.secret_file(service, "token").read_text()
        caller = await access.caller(f"Bearer {token}")
        assert (caller.actor.subject, caller.actor.role) == (service, Role.SERVICE)
