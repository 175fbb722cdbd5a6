"""Run a web service until it is told to end: unready first, then drain, the admin port last."""

import signal
import socket
import time
from types import FrameType

from uvicorn.lifespan.off import LifespanOff

from kit import memory
from kit.app import Service
from kit.listener import Listener
from kit.settings import WebSettings


def serve(app: Service, settings: WebSettings, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT; then drain, and let requests in flight finish.

    Ends the process with uvicorn's exit code, 3, if an address cannot be listened on or the app
    does not start.
    """
    public = Listener(app, settings, settings.host, port)
    if app.admin is None or settings.admin_port is None:
        _Outermost(app, settings, settings.host, port).run()
        return
    admin_host = settings.admin_host or settings.host
    _Outermost(app.admin, settings, admin_host, settings.admin_port, within=public).run()


class _Outermost(Listener):
    """The listener that begins first and ends last, and starts and ends the app.

    It is the only one, or the admin port's: that one must be able to say for as long as it takes
    that the service is not ready, and what it measures.
    """

    def __init__(
        self,
        app: Service,
        settings: WebSettings,
        host: str,
        port: int,
        *,
        within: Listener | None = None,
    ) -> None:
        """Prepare to serve `app`, and to run the listener `within` meanwhile."""
        super().__init__(app, settings, host, port)
        self._within = within
        self._readiness = app.state.readiness
        self._drain_seconds = settings.drain_seconds
        self._drained_at: float | None = None
        self._said_goodbye = False
        self._signal = int(signal.SIGTERM)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, and listen. Called by uvicorn."""
        await super().startup(sockets)
        if self._within is not None:
            self._within.config.load()
            lifespan = LifespanOff(self._within.config)
            lifespan.state = self.lifespan.state
            self._within.lifespan = lifespan
            try:
                await self._within.startup()
            except SystemExit:
                await super().shutdown(sockets)
                raise
        memory.settle()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests in flight finish, and end the app. Called by uvicorn."""
        if self._within is not None:
            await self._within.shutdown()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain; a second signal ends the draining."""
        self._readiness.refuse()
        if self._drained_at is not None or self._drain_seconds == 0:
            super().handle_exit(sig, frame)
            if self._within is not None:
                self._within.force_exit = self.force_exit
            return
        self._signal = sig
        self._drained_at = time.monotonic() + self._drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Begin and end the draining when it is time. Called by uvicorn ten times a second."""
        if self._within is not None:
            await self._within.on_tick(counter)
        if self._drained_at is not None and not self.should_exit:
            self._drain(self._drained_at)
        return await super().on_tick(counter)

    def _drain(self, until: float) -> None:
        """Say goodbye to the clients, once, and end when the time is over."""
        if not self._said_goodbye:
            self._said_goodbye = True
            for listener in (self, self._within):
                if listener is not None:
                    listener.last_answers()
        if time.monotonic() >= until:
            super().handle_exit(self._signal, None)
