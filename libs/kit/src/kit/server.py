"""Run a web service: uvicorn, as every service of ours runs it."""

import uvicorn
from fastapi import FastAPI

from kit.settings import WebSettings


def serve(app: FastAPI, settings: WebSettings, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then let requests in flight finish."""
    uvicorn.run(
        app,
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
