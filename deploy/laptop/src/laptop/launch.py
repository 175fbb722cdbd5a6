"""The way from nothing to a running hamgate: what is started when, and what is waited for."""

import asyncio
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import msgspec
from rich.console import Console

from laptop.demo import MESSAGES, classify, verdict_table
from laptop.errors import ChildEnded, TrainingFailed, describe_exit
from laptop.readiness import production_version, wait_until_ready
from laptop.settings import Settings
from laptop.stack import Stack
from laptop.state import StateFolder
from laptop.supervisor import Child, Supervisor

_RESTART_SECONDS = 5.0
_REFUSED = 3  # the trainer's exit code when the gate refused the version


class Launch:
    """One start of everything on this machine, and the time that it runs."""

    def __init__(
        self, settings: Settings, state: StateFolder, stack: Stack, console: Console
    ) -> None:
        """Prepare to start `stack`, telling of it on `console`."""
        self.ready = False
        """Whether everything has become ready."""
        self._settings = settings
        self._state = state
        self._stack = stack
        self._console = console

    async def run(self) -> None:
        """Start everything, show it, and stay until cancelled; whatever happens, end everything.

        Raises:
            LaptopError: What was met first of the expected failures.
        """
        try:
            async with (
                Supervisor(self._state.logs, self._settings.grace_seconds) as supervisor,
                aiohttp.ClientSession() as client,
                asyncio.TaskGroup() as watches,
            ):
                stack = self._stack
                # All at once: inference and the gateway wait for what they need by themselves.
                mlflow = await supervisor.start(stack.mlflow)
                watches.create_task(self._keep_mlflow(supervisor, mlflow))
                for program in (stack.inference, stack.gateway):
                    child = await supervisor.start(program)
                    watches.create_task(supervisor.watch(child))
                await self._bring_up(supervisor, client)
                await self._show(client)
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _keep_mlflow(self, supervisor: Supervisor, child: Child) -> None:
        """Watch MLflow, and start it again when it ends: what is loaded is served without it.

        Raises:
            ChildEnded: It ended before everything was ready.
        """
        while True:
            try:
                await supervisor.watch(child)
            except ChildEnded as ended:
                if not self.ready:
                    raise
                self._console.print(f"{ended}", soft_wrap=True, markup=False)
            self._console.print("classification goes on without MLflow, which is started again")
            await supervisor.end(child)
            await asyncio.sleep(_RESTART_SECONDS)
            child = await supervisor.start(self._stack.mlflow, again=True)

    async def _bring_up(self, supervisor: Supervisor, client: aiohttp.ClientSession) -> None:
        """Return when every service is ready, after a first training if no version serves yet."""
        settings = self._settings

        async def wait(name: str, url: str) -> None:
            log = supervisor.log_of(name)
            await wait_until_ready(client, name, url, settings.startup_seconds, log)

        mlflow = settings.url(settings.mlflow_port)
        with self._stage("starting MLflow"):
            await wait("mlflow", f"{mlflow}/health")
        self._state.finish_database()
        version = await production_version(client, mlflow)
        if version is None:
            self._console.print("no model yet: training the first one")
            await self._train(supervisor)
        with self._stage("loading the model" if version is None else f"loading model v{version}"):
            await wait("inference", f"{settings.url(settings.inference_port)}/readyz")
            await wait("gateway", f"{settings.url(settings.gateway_port)}/readyz")
        self.ready = True

    async def _train(self, supervisor: Supervisor) -> None:
        exit_code = await supervisor.run(self._stack.trainer)
        if exit_code == _REFUSED:
            msg = (
                "the gate refused the first model, so no version may serve: the reasons are above; "
                "make run trains again"
            )
            raise TrainingFailed(msg)
        if exit_code != 0:
            msg = f"the training {describe_exit(exit_code)}: see above; make run tries again"
            raise TrainingFailed(msg)

    async def _show(self, client: aiohttp.ClientSession) -> None:
        """Print a few verdicts, and where to go from here."""
        settings = self._settings
        gateway = settings.url(settings.gateway_port)
        verdicts = [await classify(client, gateway, text) for text in MESSAGES]
        self._console.print(verdict_table(MESSAGES, verdicts))
        feedback = {"text": MESSAGES[1], "label": "spam", "reporter": "me"}
        where = {
            "API and its pages": f"{gateway}/docs",
            "MLflow": settings.url(settings.mlflow_port),
            "metrics of gateway": f"{gateway}/metrics",
            "metrics of inference": f"{settings.url(settings.inference_port)}/metrics",
            "logs": str(self._state.logs),
            "try it": _post(f"{gateway}/v1/classify", {"text": MESSAGES[1]}),
            "say what is right": _post(f"{gateway}/v1/feedback", feedback),
        }
        for what, address in where.items():
            # Unwrapped, or the command could not be copied; and no markup in it.
            self._console.print(f"{what:<21} {address}", soft_wrap=True, markup=False)
        self._console.print("Ctrl-C ends everything")

    @contextmanager
    def _stage(self, what: str) -> Iterator[None]:
        """Show what is being waited for: a spinner on a terminal, else a line."""
        if self._console.is_terminal:
            with self._console.status(f"{what} …"):
                yield
        else:
            self._console.print(f"{what} ...")
            yield


def _post(url: str, body: dict[str, str]) -> str:
    """Return the command that posts `body` as JSON."""
    data = shlex.quote(msgspec.json.encode(body).decode())
    return f"curl -s {url} -H 'content-type: application/json' -d {data}"
