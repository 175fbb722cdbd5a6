"""What runs for a system: its processes, each on the servers' core, and its address."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from bench.dataplane import peers
from bench.dataplane.place import Place
from bench.dataplane.processes import Deployed, free_port, running, wait_until_ok
from bench.dataplane.registry import ModelKind, Trained
from laptop.supervisor import Program

Deployment = Callable[[Place], AbstractContextManager[Deployed]]


@contextmanager
def _own(module: str, place: Place) -> Iterator[Deployed]:
    """Run a server of `bench.dataplane.servers`."""
    port, log = free_port(), place.log(module)
    command = (sys.executable, "-m", f"bench.dataplane.servers.{module}", str(port))
    model = place.models["char"]
    environment = {"BENCH_MODEL": str(model.file), "BENCH_THRESHOLD": repr(model.threshold)}
    with running(command, log, core=place.cores.server, environment=environment) as process:
        wait_until_ok(f"http://127.0.0.1:{port}/openapi.json", process, log)
        yield Deployed(f"http://127.0.0.1:{port}", {module: process.pid})


@contextmanager
def service(trained: Trained, program: Program, url: str, **changed: str) -> Iterator[int]:
    """Run a service of hamgate's until ready; yield its process id.

    It has the settings that it has by default, but for its addresses and folders, and what is
    `changed`.
    """
    log = trained.folder / "logs" / f"{program.name}.log"
    environment = dict(program.environment)
    # `make run` looks for a new version more often than a service does by default.
    environment.pop("INFERENCE_POLL_SECONDS", None)
    with running(
        program.command, log, core=trained.cores.server, environment=environment | changed
    ) as process:
        wait_until_ok(f"{url}/readyz", process, log)
        yield process.pid


@contextmanager
def hamgate(trained: Trained, **changed: str) -> Iterator[Deployed]:
    """Run both services as the product runs them; `changed` are variables of their settings."""
    settings = trained.settings
    inference_url, gateway_url = map(settings.url, (settings.inference_port, settings.gateway_port))
    with ExitStack() as stack:
        inference = stack.enter_context(
            service(trained, trained.stack.inference, inference_url, **changed)
        )
        gateway = stack.enter_context(
            service(trained, trained.stack.gateway, gateway_url, **changed)
        )
        yield Deployed(gateway_url, {"gateway": gateway, "inference": inference}, inference_url)


def _hamgate(kind: ModelKind, place: Place) -> AbstractContextManager[Deployed]:
    return hamgate(place.trained[kind])


DEPLOYMENTS: Mapping[str, Deployment] = {
    "empty-asgi": partial(_own, "empty_asgi"),
    "empty-fastapi": partial(_own, "empty_fastapi"),
    "monolith": partial(_own, "monolith"),
    "hamgate-word": partial(_hamgate, "word"),
    "hamgate-char": partial(_hamgate, "char"),
    "mlflow": peers.mlflow_serve,
    "mlserver": peers.mlserver,
    "bentoml": peers.bentoml,
    "rspamd": peers.rspamd,
}
"""By the name that systems give."""
