"""Secrets, state and locks of the stack."""

from pathlib import Path

import pytest

from cli.stack.control import log_files, read_logs, running
from cli.stack.files import private_folder, read_json, secret, take_lock, write_private
from cli.stack.layout import Layout, local_layout
from cli.stack.process import StackError, last_line
from cli.stack.state import Phase, ProcessState, StackState, read_state, supervisor_lives


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "secret"
    assert secret(file) == secret(file)
    assert len(secret(file)) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_file_is_replaced_in_one_piece(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for text in ('{"a": 1}', '{"a": 2}'):
        write_private(file, text)
    assert read_json(file) == {"a": 2}
    assert list(tmp_path.iterdir()) == [file]


def test_half_a_file_is_no_state(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"a": ')
    assert read_json(tmp_path / "state.json") is None
    assert read_json(tmp_path / "missing") is None


def test_a_lock_is_held_by_one_until_it_lets_go(tmp_path: Path) -> None:
    first = take_lock(tmp_path / "lock", wait=False)
    assert first is not None
    assert take_lock(tmp_path / "lock", wait=False) is None
    first.close()
    second = take_lock(tmp_path / "lock", wait=False)
    assert second is not None
    second.close()


def test_what_the_supervisor_tells_is_read_as_it_was_meant_and_shown_without_secrets(tmp_path: Path) -> None:
    layout = Layout(private_folder(tmp_path / "home"))
    told = StackState(
        supervisor=1,
        phase=Phase.RUNNING,
        kafka_password="a secret",
        database_urls={"ledger": "postgresql://with-a-secret"},
        processes={"ledger": ProcessState(pid=2, restarts=1, url="http://127.0.0.1:1")},
    )
    told.write(layout)
    assert read_state(layout) == told
    assert layout.state_file.stat().st_mode & 0o777 == 0o600
    assert "secret" not in str(told.public())
    assert "secret" not in repr(told)


@pytest.mark.parametrize(
    ("phase", "text"), [(Phase.RUNNING, "is dead"), (Phase.FAILED, "could not start: no port")]
)
def test_a_stack_without_a_supervisor_is_said_to_be_what_it_is(
    tmp_path: Path, phase: Phase, text: str
) -> None:
    layout = Layout(private_folder(tmp_path / "home"))
    with pytest.raises(StackError, match="not running"):
        running(layout)
    StackState(supervisor=1, phase=phase, error="no port").write(layout)
    with pytest.raises(StackError, match=text):
        running(layout)


def test_the_supervisor_lives_while_its_lock_is_held(tmp_path: Path) -> None:
    layout = Layout(private_folder(tmp_path / "home"))
    assert not supervisor_lives(layout)
    lock = take_lock(layout.lock_file)
    assert lock is not None
    assert supervisor_lives(layout)
    lock.close()
    assert not supervisor_lives(layout)


def test_no_two_parts_of_the_stack_share_a_port(tmp_path: Path) -> None:
    layout = Layout(tmp_path, 28_000)
    kafka = layout.kafka_ports
    ports = [layout.http_port(name) for name in ("ledger", "reminders", "hardship", "mediation")]
    ports += [layout.postgres_port, kafka.client, kafka.broker, kafka.controller]
    assert len(set(ports)) == len(ports)


def test_ports_that_are_no_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUANCUI_PORTS", "many")
    with pytest.raises(StackError, match="HUANCUI_PORTS=many"):
        local_layout()


def test_a_log_is_shown_by_the_name_of_its_process(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.logs.mkdir()
    (layout.logs / "ledger.log").write_text("one\ntwo\nthree\n")
    (layout.logs / "kafka-1.log").write_text("kafka\n")
    assert list(read_logs(log_files(layout, "ledger"), 2, follow=False)) == [
        ("ledger", "two"),
        ("ledger", "three"),
    ]
    assert log_files(layout, "kafka") == [layout.logs / "kafka-1.log"]
    with pytest.raises(StackError, match="there are kafka-1, ledger"):
        log_files(layout, "reminders")


def test_the_line_that_says_why_is_found_in_a_log(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("started\njava.net.BindException: Address already in use\n\tat java.base\n\tat kafka\n\n")
    assert last_line(log) == "java.net.BindException: Address already in use"
    assert last_line(tmp_path / "missing.log") == ""
