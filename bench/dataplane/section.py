"""The data plane's part of docs/benchmarks.md, and its tables for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.dataplane.bars import Rows, bars, by_row
from bench.dataplane.results import FOLDER, read
from bench.dataplane.systems import EMPTY_ASGI, FEW, MANY, MONOLITH, SOME, SYSTEMS
from bench.machine import described
from bench.tables import Table, number

CHECKS = ("startup", "soak", "swap_latency", "overload")

HEAD = """## The data plane

From [`bench/results/latest.json`](../bench/results/latest.json), which has every round. `make
bench` measures anew in ten minutes, `make bench-peers` installs and measures the peers in five more
(`make bench ARGS=--all` both in one run, `ARGS="--only monolith curves"` a part). They need Linux,
two cores and `wrk` (`apt install wrk`); rspamd is measured where it and `redis-server` are
installed.

- Machine: {machine}
- Versions: {versions}

![What a message costs](benchmarks.svg)

Every system runs as real processes on **one** core, all of its processes together; `wrk` sends
from another one, over connections that are kept, as fast as it is answered. hamgate runs as
`python -m gateway` and `python -m inference` with the settings that it has by default (metrics, log
of errors, request ids, limits), its model is served from a real MLflow server (on the core of
`wrk`), and the trainer made it. The systems take turns in each of {rounds} rounds of {seconds} s
after a second to warm up; given are the medians. **CPU** is user and system time of all processes
of the system by the kernel's account, for each answer; **memory** is their resident set right after
the load. Every request carries another message; that each answer is of the kind that is measured is
looked at under load, and 200 answers of each system are compared with the rules and with the
pipeline's own `predict_proba` (to 1e-9) before.

The messages are the demo corpus: {ruled:,} of {messages:,} are decided by a rule of the shipped
pack (the rule path is sent those), {left:,} are left to the model (all others are sent those). The
*unseen* ones are spliced from halves of different messages, with other digits in every number and
an invented word for one in ten; {new_words} % of their words are not in the corpus, none is sent
twice, and each round has its own.
"""


def tables(found: Mapping[str, Any]) -> list[Table]:
    """Return all tables of a run and of the single checks."""
    extra = {name: run for name in CHECKS if (run := read(FOLDER / f"{name}.json"))}
    rows = by_row(found)
    return [
        *(_throughput(rows, connections) for connections in (MANY, SOME, FEW)),
        *_curves(found.get("curves", [])),
        *([_checks(extra)] if extra else []),
        _bars(found, extra),
    ]


def section(found: Mapping[str, Any]) -> str:
    """Return the part of the page about a run of `bench.dataplane`."""
    settings = found["settings"]
    named = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    new_words = number(100 * settings["new_words_of_unseen"])
    head = HEAD.format(
        machine=described(found["machine"]), versions=named, **settings, new_words=new_words
    )
    what = [f"- **{s.name}**: {s.what}." for s in SYSTEMS if _measured(s.name, found)]
    parts = [head.rstrip(), "\n".join(what), *(table.markdown() for table in tables(found))]
    return "\n\n".join(parts)


def _measured(system: str, found: Mapping[str, Any]) -> bool:
    return any(r["system"] == system for r in found["results"])


def _throughput(rows: Rows, connections: int) -> Table:
    names = [s.name for s in SYSTEMS if (s.name, connections) in rows]
    cells = [_cells(rows, name, connections) for name in names]
    title = "One connection" if connections == 1 else f"{connections} connections"
    header = [
        *("system", "answers a second", "of the monolith's", "CPU, µs", "of the empty app's"),
        *("P50, ms", "P99, ms", "memory, MB", "errors"),
    ]
    return Table(title, header, cells)


def _cells(rows: Rows, name: str, connections: int) -> list[str]:
    row = rows[name, connections]
    bad = row["errors"] + row["wrong_of_sample"]
    return [
        name + _when(rows, name, connections),
        number(row["requests_per_second"]),
        _times(rows, name, (MONOLITH, connections), "requests_per_second"),
        number(row["cpu_us_per_request"]),
        _times(rows, name, (EMPTY_ASGI, connections), "cpu_us_per_request"),
        number(row["p50_ms"]),
        number(row["p99_ms"]),
        _memory(row["rss_mb_by_process"]),
        str(bad),
    ]


def _when(rows: Rows, name: str, connections: int) -> str:
    """Return when a row was measured, if that was in another run than the ceiling."""
    base = rows.get((EMPTY_ASGI, connections))
    at = rows[name, connections]["measured_at"]
    return f" (of {at})" if base and at != base["measured_at"] else ""


def _times(rows: Rows, name: str, base: tuple[str, int], key: str) -> str:
    if base not in rows:
        return ""
    return f"{number(rows[name, base[1]][key] / rows[base][key])}×"


def _memory(by_process: Mapping[str, float]) -> str:
    if len(by_process) == 1:
        return number(*by_process.values())
    return " + ".join(f"{number(rss)} {name}" for name, rss in by_process.items())


def _curves(points: Sequence[Mapping[str, Any]]) -> list[Table]:
    lengths = [p for p in points if p["curve"] == "length"]
    by_length = Table(
        "By the length of the text",
        ["bytes", "CPU, µs a message", "CPU, ns a byte", "P50, ms", "P99, ms"],
        [
            [
                f"{p['bytes']:,}",
                number(p["cpu_us_per_request"]),
                number(1e3 * p["cpu_us_per_request"] / p["bytes"]),
                number(p["p50_ms"]),
                number(p["p99_ms"]),
            ]
            for p in lengths
        ],
        "Both services, the character model, one connection; spliced texts, none sent again so "
        "soon that the gateway remembers it.",
    )
    batches = [p for p in points if p["curve"] == "batch"]
    by_batch = Table(
        "By the size of the batch",
        ["way, messages in a batch", "CPU, µs a message", "messages a second", "P50, ms"],
        [
            [
                f"{p['way']}, {p['size']:,}",
                number(p["cpu_us_per_message"]),
                number(p["requests_per_second"] * p["size"]),
                number(p["p50_ms"]),
            ]
            for p in sorted(batches, key=lambda p: (p["way"], p["size"]))
        ],
        "One connection, the character model, messages of the corpus: `POST /v1/classify/batch` "
        "through both services (gateway), and the Open Inference Protocol of inference alone.",
    )
    return [table for table, some in ((by_length, lengths), (by_batch, batches)) if some]


def _checks(extra: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [[run["what"], run["found"]] for run in extra.values()]
    note = "Each by a command of its own: " + ", ".join(f"`python -m bench.{c}`" for c in CHECKS)
    return Table("Single checks", ["what", "found"], rows, f"{note}.")


def _bars(found: Mapping[str, Any], extra: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [
        [bar.what, bar.wanted, number(bar.found), "met" if bar.met else "**not met**"]
        for bar in bars(found, extra)
    ]
    return Table("What is to be reached", ["what", "wanted", "found", ""], rows)
