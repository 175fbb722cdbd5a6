"""A stand-in for a service, run as a process: answers GET and POST with what it is told to.

Usage: fake_service.py JOB, where JOB is JSON with, each optional: `port` and `answers` (path →
[status, body]); `pids`, a file to append the process ids to; `grandchild`, to start one;
`stubborn`, to ignore SIGTERM; `says`, a line for stdout; `seconds` to live; `exit_code` then.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NAP = "import sys, time; print('up', flush=True); time.sleep(600)"
STUBBORN_NAP = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + NAP


def serve(port: int, answers: dict[str, Any]) -> None:
    """Answer on `port` in the background."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path.partition("?")[0], (404, {}))
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - so named there
            """Leave the log to `says`."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main(job: dict[str, Any]) -> None:
    """Do the job."""
    pids = [os.getpid()]
    if job.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if job.get("grandchild"):
        nap = STUBBORN_NAP if job.get("stubborn") else NAP
        child = subprocess.Popen([sys.executable, "-c", nap], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        pids.append(child.pid)
    if "port" in job:
        serve(job["port"], job["answers"])
    if "pids" in job:
        with Path(job["pids"]).open("a") as file:
            file.write("".join(f"{pid}\n" for pid in pids))
    if "says" in job:
        sys.stdout.write(f"{job['says']}\n")
        sys.stdout.flush()
    time.sleep(job.get("seconds", 600))
    sys.exit(job.get("exit_code", 0))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
