"""The `huancui` script, with a stand-in for Python that tells what it was asked."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from cli.stack.process import wait_until
from tests.infra.run import ROOT

PYTHON = """#!/bin/sh
case "$*" in
    "-m venv "*) echo venv >>"$TOLD"; mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-m pip "*) echo pip >>"$TOLD"; sleep "${PIP_TAKES:-0}"; exit "${PIP_SAYS:-0}" ;;
    "-P -m cli "*) shift 3; echo "cli $*" ;;
esac
"""


class Launcher:
    """A copy of the script in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told = folder / "a copy", folder / "told"
        self.folder.mkdir()
        shutil.copy(ROOT / "huancui", self.folder)
        (self.folder / "requirements.lock").write_text("one==1\n")
        python = folder / "python-stand-in"
        python.write_text(PYTHON)
        python.chmod(0o755)
        tools = folder / "tools"  # a PATH without uv
        tools.mkdir()
        for tool in ("sh", "cat", "cksum", "cp", "dirname", "ln", "mkdir", "mv", "readlink", "rm", "sleep"):
            (tools / tool).symlink_to(shutil.which(tool) or tool)
        self.environment = {"PATH": str(tools), "HUANCUI_PYTHON": str(python), "TOLD": str(self.told)}

    def start(self, *arguments: str, script: Path | None = None, **more: str) -> "subprocess.Popen[str]":
        """Run the script from another folder."""
        return subprocess.Popen(
            [script or self.folder / "huancui", *arguments],
            cwd="/",
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, script: Path | None = None, **more: str) -> tuple[int, str, str]:
        """Run it to its end: status, output, errors."""
        running = self.start(*arguments, script=script, **more)
        out, err = running.communicate(timeout=60)
        return running.returncode, out, err

    def installs(self) -> int:
        """How often packages were installed."""
        return self.told.read_text().split().count("pip") if self.told.exists() else 0


@pytest.fixture
def launcher(tmp_path: Path) -> Launcher:
    return Launcher(tmp_path)


def test_packages_are_installed_once_and_again_only_when_the_lock_file_changes(launcher: Launcher) -> None:
    for _ in range(2):
        assert launcher.run("up", "--ports", "30000")[:2] == (0, "cli up --ports 30000\n")
    assert launcher.installs() == 1
    (launcher.folder / "requirements.lock").write_text("one==2\n")
    assert launcher.run("status")[0] == 0
    assert launcher.installs() == 2


def test_it_works_through_a_link_from_another_folder(launcher: Launcher, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "hc").symlink_to("../link")
    (tmp_path / "link").symlink_to(launcher.folder / "huancui")
    assert launcher.run("status", script=tmp_path / "bin" / "hc")[1] == "cli status\n"
    assert (launcher.folder / ".venv").is_dir()


def test_two_at_once_install_once_and_both_go_on(launcher: Launcher) -> None:
    both = [launcher.start(name, PIP_TAKES="1") for name in ("up", "status")]
    assert {run.communicate(timeout=60)[0] for run in both} == {"cli up\n", "cli status\n"}
    assert launcher.installs() == 1


def test_an_installation_that_was_killed_is_done_again(launcher: Launcher) -> None:
    first = launcher.start("up", PIP_TAKES="600")
    assert wait_until(lambda: launcher.installs() == 1, 30)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert launcher.run("up")[:2] == (0, "cli up\n")
    assert launcher.installs() == 2


def test_packages_that_cannot_be_installed_end_it(launcher: Launcher) -> None:
    status, out, err = launcher.run("up", PIP_SAYS="1")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == "huancui: the packages could not be installed; see above"
    assert launcher.run("up")[1] == "cli up\n"


def test_without_a_fitting_python_it_says_so_in_one_line(launcher: Launcher) -> None:
    status, out, err = launcher.run("up", HUANCUI_PYTHON=os.devnull)
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "Python 3.11, 3.12 or 3.13" in err
