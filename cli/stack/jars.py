"""Apache Kafka's jars: fetched once into the user's cache, and used only when every hash is the known one."""

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.stack.files import locked
from cli.stack.process import StackError

KAFKA_VERSION = "4.4.0"
ARTIFACTS = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
KNOWN_HASHES = Path(__file__).with_name("kafka-jars.sha256")


def cache_folder() -> Path:
    """Where this user's caches lie."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "huancui"


def known_hashes(path: Path = KNOWN_HASHES) -> dict[str, str]:
    """SHA-256 by file name, of every jar that may be loaded."""
    lines = (line.split() for line in path.read_text().splitlines() if line)
    return {name: digest for digest, name in lines}


def classpath(cache: Path | None = None, known: Mapping[str, str] | None = None) -> str:
    """The class path of Kafka; fetches the jars when they are not cached. Raises StackError."""
    folder = (cache or cache_folder()) / f"kafka-{KAFKA_VERSION}"
    wanted = known_hashes() if known is None else known
    try:
        with locked(folder.with_suffix(".lock")):
            if any(not (folder / name).exists() for name in wanted):
                _fill(folder, wanted)
            check([folder / name for name in wanted], wanted)
    except OSError as error:
        raise StackError(f"Kafka's jars cannot be kept in {folder}: {error}; set XDG_CACHE_HOME") from error
    return os.pathsep.join(str(folder / name) for name in sorted(wanted))


def check(jars: Sequence[Path], known: Mapping[str, str]) -> None:
    """Raise StackError when a jar is not among the known ones or has other bytes."""
    for jar in jars:
        wanted = known.get(jar.name)
        if wanted is None:
            raise StackError(f"{jar} is not among the jars that huancui knows (kafka-jars.sha256): remove it")
        with jar.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != wanted:
            raise StackError(
                f"{jar} has been changed (its SHA-256 is not the known one): remove it and start again"
            )


def _fill(folder: Path, known: Mapping[str, str]) -> None:
    """Fetch what Maven resolves for our artifacts, check it, and put it in place."""
    folder.mkdir(parents=True, exist_ok=True)
    found = _fetch(folder.parent)
    check(found, known)
    if missing := known.keys() - {jar.name for jar in found}:
        raise StackError(f"Maven did not deliver {', '.join(sorted(missing))}: try again")
    for jar in found:
        beside = folder / f".{jar.name}.new"
        beside.write_bytes(jar.read_bytes())
        beside.replace(folder / jar.name)


def _fetch(cache: Path) -> list[Path]:
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext, PythonResolver

    logging.getLogger("jgo").setLevel(logging.ERROR)
    repository = os.environ.get("HUANCUI_MAVEN_URL") or MAVEN_CENTRAL_URL
    try:
        context = MavenContext(
            resolver=PythonResolver(), repo_cache=cache / "m2", remote_repos={"central": repository}
        )
        built = EnvironmentBuilder(context=context, cache_dir=cache / "jgo").from_endpoint(ARTIFACTS)
        return sorted(Path(jar) for jar in built.all_jars)
    except Exception as error:  # jgo raises whatever its HTTP library and its parsers raise
        raise StackError(
            f"Apache Kafka could not be fetched from {repository} ({type(error).__name__}: {error}): "
            "check the network, or name a mirror in HUANCUI_MAVEN_URL"
        ) from error
