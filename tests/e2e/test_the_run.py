"""The command line on a stack of its own: a run gives the same history for its seed, however often it was cut
off, and what the READMEs tell to do works.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from cli.demo.driver import Run
from cli.demo.state import State, Step
from cli.demo.world import World
from cli.stack.files import kept
from cli.stack.layout import ROOT, Layout, services_here
from cli.stack.process import wait_until
from cli.stack.state import read_state
from tests.e2e.command import WITHIN_S, Runner

LOANS, KILLED_ON = 25, date(2018, 7, 9)


class CutOff(Exception):
    """The run ends here."""


@pytest.mark.timeout(600)
def test_a_run_is_the_same_for_its_seed_however_often_it_was_cut_off(
    runner: Callable[[str], Runner], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--loans", str(LOANS), "--months", "1", "--seed", "7")
    whole = runner("whole")
    said = whole.do("run", *options, "--once")
    page = (whole.home / "run" / "report.html").read_text()
    assert "contacts that break a rule" in said
    assert all(one in page for one in ("<svg", "simulated"))
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(|@import""", page), (
        "nothing from elsewhere"
    )
    first = whole.state()
    assert all(first["counts"][one] > 0 for one in ("missed", "contacts: help", "plans accepted"))

    broken = runner("broken")
    process = broken.begin("run", *options)
    assert wait_until(lambda: broken.state()["day"] >= "2018-07-04", WITHIN_S)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    cut_off_in_any_step(broken, date(2018, 7, 24), monkeypatch)
    said = broken.do("run", "--resume")
    assert "./huancui down" in said
    second = broken.state()
    assert second["counts"] == first["counts"]
    assert second["history"] == first["history"]
    assert broken.begin("run", "--resume", "--once").wait(WITHIN_S) == 0


def cut_off_in_any_step(runner: Runner, end: date, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on with a run in this process, where its steps can be told apart, to a day: it is cut off before or
    after the services have come to rest, in each kind of step often; and once the services are killed.
    """
    file, rest = runner.home / "run" / "state.json", World.rest
    cut: set[Step] = set()
    killed: list[str] = []
    done: set[tuple[Any, ...]] = set()

    async def cut_off(world: World) -> datetime | None:
        step = (running.state.day, running.state.step, running.state.moment)
        if running.state.day >= end:
            raise CutOff
        before, after = (step not in done and len(done) % 3 == part for part in (1, 2))
        done.add(step)
        if running.state.day == KILLED_ON and not killed:
            killed.extend(kill_services(Layout(runner.home, runner.ports)))
        due = None if before else await rest(world)
        if before or after:
            cut.add(running.state.step)
            raise CutOff
        return due

    with monkeypatch.context() as patched:
        patched.setattr(World, "rest", cut_off)
        while (state := kept(file, State)) is not None and state.day < end:
            running = Run(Layout(runner.home, runner.ports), state, file, lambda what, part: None)
            with pytest.raises(CutOff):
                asyncio.run(running.go())
    assert cut == set(Step) - {Step.DONE}
    assert sorted(killed) == sorted(services_here())


def kill_services(layout: Layout) -> list[str]:
    """All four at once, in the middle of what they do: their supervisor starts them again."""
    state = read_state(layout)
    assert state is not None
    pids = {name: state.processes[name].pid for name in services_here()}
    for pid in pids.values():
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    return list(pids)


def test_a_stack_that_no_run_has_made_is_left_alone(runner: Callable[[str], Runner]) -> None:
    mine = runner("mine")
    (mine.home / "postgres").mkdir(parents=True)
    process = mine.begin("run", "--loans", "1")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "HUANCUI_HOME=.huancui-run" in said
    assert (mine.home / "postgres").exists()
    process = mine.begin("run", "--resume")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "begin one with" in said


@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_readmes_first_event_works_as_it_is_written(runner: Callable[[str], Runner], page: str) -> None:
    mine = runner("first")
    text = (ROOT / page).read_text(encoding="utf-8")
    block = next(one for one in text.split("\n\n") if "./huancui lender add acme" in one)
    lines = [line.removeprefix("    ") for line in block.splitlines() if "HUANCUI_HOME" not in line]
    script = "\n".join(["set -e", *lines])
    script = script.replace("./huancui", f"{sys.executable} -P -m cli").replace("28001", str(mine.ports + 1))
    script = script.replace("first.jsonl", str(mine.home / "first.jsonl"))
    mine.home.mkdir()
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**mine.environment, "PYTHONPATH": str(ROOT), "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 sent, 0 bad" in done.stdout
    token = mine.do("token", "--role", "operator", "--lender", "acme").split()[-1]
    url = f"http://127.0.0.1:{mine.ports + 1}/v1/loans"

    def known() -> bool:
        answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        return [one["unpaid"]["amount"] for one in answer.json()["data"]] == ["120.00"]

    assert wait_until(known, 60, 0.2)
