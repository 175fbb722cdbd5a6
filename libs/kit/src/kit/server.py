"""Run a web service: uvicorn, as every service of ours runs it; unready first, then drain."""

import signal
import sys
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from kit.probes import Readiness
from kit.settings import WebSettings

_CANNOT_START = 3
"""Exit code when the address cannot be listened on, or the start failed: uvicorn's own."""


def serve(app: FastAPI, settings: WebSettings, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT; then drain, and let requests in flight finish."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing of ours asks who the client is
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = _DrainingServer(config, app.state.readiness, settings.drain_seconds)
    server.run()
    if not server.started:
        sys.exit(_CANNOT_START)


class _DrainingServer(uvicorn.Server):
    """Goes unready at the first signal, and answers on until who sends requests has seen it."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness, drain_seconds: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._drain_seconds = drain_seconds
        self._drained_at: float | None = None
        self._signal = int(signal.SIGTERM)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain; a second signal ends the draining."""
        self._readiness.refuse()
        if self._drained_at is not None or self._drain_seconds == 0:
            super().handle_exit(sig, frame)
            return
        self._signal = sig
        self._drained_at = time.monotonic() + self._drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """End the draining when its time is over. Called by uvicorn ten times a second."""
        drained = self._drained_at is not None and time.monotonic() >= self._drained_at
        if drained and not self.should_exit:
            super().handle_exit(self._signal, None)
        return await super().on_tick(counter)
