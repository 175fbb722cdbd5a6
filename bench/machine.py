"""What was measured on, and with which versions."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Return what was measured on."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def versions(*names: str) -> dict[str, str]:
    """Return the version of Python and of these packages."""
    return {"Python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in names
    }


def described(machine: Mapping[str, Any]) -> str:
    """Return in a line what `machine` returned."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; load "
        f"{machine['load_before']} before the run; {machine['date']}"
    )
