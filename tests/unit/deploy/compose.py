"""What docker-compose.yml and a Dockerfile must keep to, as functions that name each fault."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Compose = Mapping[str, Any]

PINNED = re.compile(r"[a-z0-9./-]+:[0-9][\w.-]*|[a-z0-9./-]+(:[\w.-]+)?@sha256:[0-9a-f]{64}")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
SECRET_NAME = re.compile(
    r"(?!.*_FILE$).*(PASSWORD|SECRET|TOKEN|KEY|JAAS|DATABASE_URL|ISSUER|AUDIENCE)", re.IGNORECASE
)
NOT_SECRET = re.compile(r"ScramLoginModule required;$")


def faults(compose: Compose) -> list[str]:
    """Every fault of a compose file."""
    return [
        f"{name}: {fault}"
        for name, service in compose["services"].items()
        for check in (_image, _health, _limits, _secrets, _order, _ports, _volumes, _own_image)
        for fault in check(compose, service)
    ]


def is_job(service: Mapping[str, Any]) -> bool:
    """Whether it runs once."""
    return bool(service.get("restart") == "no")


def _image(_: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    if not PINNED.fullmatch(service.get("image", "")):
        yield f"image {service.get('image')!r} names no version"


def _health(_: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    health = service.get("healthcheck") or {}
    if is_job(service):
        if health != {"disable": True}:
            yield "a job has no health to check"
    elif not (health.get("test") and {"interval", "timeout", "retries"} <= set(health)):
        yield "no health check with interval, timeout and retries"
    if not is_job(service) and service.get("restart") != "unless-stopped":
        yield "it is not started again when it ends"


def _limits(_: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    missing = {"cpus", "memory", "pids"} - set(limits)
    if missing:
        yield f"no limit of {', '.join(sorted(missing))}"


def _secrets(_: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    for name, value in service.get("environment", {}).items():
        if SECRET_NAME.search(name) and not (REQUIRED.search(str(value)) or NOT_SECRET.search(str(value))):
            yield f"{name} is written into the file"
        if re.search(r"\$\{\w+(:?-|\})", str(value)):
            yield f"{name} may be left empty or has a default"


def _order(compose: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    needed = service.get("depends_on", {})
    if isinstance(needed, list):
        yield "depends_on without conditions"
        return
    for other, how in needed.items():
        wanted = "service_completed_successfully" if is_job(compose["services"][other]) else "service_healthy"
        if how.get("condition") != wanted:
            yield f"{other} must be waited for as {wanted}"


def _ports(_: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    for port in service.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to every network"


def _volumes(compose: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    for volume in service.get("volumes", []):
        if volume.partition(":")[0] not in compose.get("volumes", {}):
            yield f"{volume} is no named volume"


def _own_image(_: Compose, service: Mapping[str, Any]) -> Iterator[str]:
    if "build" not in service:
        return
    if not service.get("read_only"):
        yield "its root file system can be written"
    if service.get("user") in (None, "root", "0", "0:0"):
        yield "it runs as root"
    if service.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in service.get("security_opt", []):
        yield "it keeps privileges that it does not need"


def dockerfile_faults(text: str, service: str) -> list[str]:
    """Every fault of a service's Dockerfile."""
    lines = re.sub(r"\\\n", " ", text).splitlines()
    steps = [line.split(None, 1) for line in lines if line.strip() and not line.startswith("#")]
    last = max(index for index, step in enumerate(steps) if step[0] == "FROM")
    return [
        *(f"{step[1]}: no version" for step in steps if step[0] == "FROM" and not _has_version(step[1])),
        *_copies(steps, service),
        *_runs(steps, last, service),
    ]


def _has_version(image: str) -> bool:
    return PINNED.fullmatch(image.split(maxsplit=1)[0]) is not None


def _copies(steps: list[list[str]], service: str) -> Iterator[str]:
    own = f"services/{service}"
    for step in steps:
        if step[0] == "ADD":
            yield "ADD fetches and unpacks: COPY does what it says"
        if step[0] != "COPY" or step[1].startswith("--from="):
            continue
        for source in step[1].split()[:-1]:
            if not (source in ("shared", "services/__init__.py", own) or source.startswith(own + "/")):
                yield f"copies {source}"


def _runs(steps: list[list[str]], last: int, service: str) -> Iterator[str]:
    for step in steps:
        if step[0] == "RUN" and "pip install" in step[1]:
            if "--require-hashes" not in step[1]:
                yield "packages are installed without their hashes"
            if "--only-binary :all:" not in step[1]:
                yield "packages may be built while the image is"
        if step[0] in ("ENV", "ARG") and SECRET_NAME.search(step[1]):
            yield f"{step[1]} stays in the image"
    users = [step[1] for step in steps[last:] if step[0] == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0"):
        yield "it runs as root"
    if not [step for step in steps[last:] if step[0] == "CMD" and f"services.{service}" in step[1]]:
        yield "it does not start the service"
