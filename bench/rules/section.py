"""The rule engine's part of docs/benchmarks.md."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.machine import described
from bench.tables import Table, number, seconds

HEAD = """## The rule engine

From [`bench/results/rules.json`](../bench/results/rules.json); `make bench-rules` measures anew and
takes some minutes.

- Machine: {machine}
- Versions: {versions}

Processor time of one thread. First all contenders read the same {texts} texts of the demo
corpus, from cold; then in each of {rounds} rounds {texts} texts that none of them has read before,
one contender after the other. Given are the median and, in brackets, the least and the greatest of
the rounds.

- **hamgate** is `Engine.scan` with the forms of the message ready; **with normalising** makes them
  too, as the gateway does for each message.
- **re** and **re2** search for one compiled pattern after the other; **re2.Set** is google-re2's
  own way of asking for many at once. All three are given the normalised text, ready.
- The generated rules are no rules that anybody uses: a grammar makes them from words of spam, with
  bounded gaps, alternatives, short codes, phone numbers, prices and links
  (`bench/rules/rule_sets.py`). For the shipped pack the others search for all its patterns in the
  normalised text; hamgate also searches the squeezed one and works out conditions and features.
- A cell says in how many texts the hits are not those of `re`, if there are any. (Of re2 `\\b`,
  `\\w`, `\\d` and `\\s` are ASCII only, of `re` and hamgate they are Unicode's.)
"""


def _of(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [result for result in found["results"] if result["kind"] == kind]


def _columns(results: Sequence[dict[str, Any]], key: str) -> list[Any]:
    return list(dict.fromkeys(result[key] for result in results))


def _scan(found: dict[str, Any], title: str, cell: Callable[[dict[str, Any]], str]) -> Table:
    results = _of(found, "scan")
    names = _columns(results, "contender")
    rows = []
    for rules in _columns(results, "rules"):
        of_rules = {r["contender"]: r for r in results if r["rules"] == rules}
        count = of_rules[names[0]]["patterns"]
        head = f"{rules} ({count} patterns)" if "pack" in rules else rules
        rows.append([head, *(cell(of_rules[name]) for name in names)])
    return Table(f"{title}, µs a message", ["rules", *names], rows)


def _spread(result: dict[str, Any]) -> str:
    low, high = min(result["rounds"]), max(result["rounds"])
    other = result["texts_with_other_hits"]
    wrong = f", {other} texts differ" if other else ""
    return f"{number(result['microseconds'])} ({number(low)}-{number(high)}){wrong}"


def _load(found: dict[str, Any]) -> Table:
    keys = {
        "read": "read, check fields",
        "compile": "compile",
        "from_cache": "from the cache",
        "examples": "try examples",
        "compile_re": "re",
        "compile_re2": "re2",
        "compile_re2.Set": "re2.Set",
    }
    rows = [
        [r["rules"], *(seconds(r[key]) for key in keys), f"{r['cache_bytes'] / 1e6:.2g} MB"]
        for r in _of(found, "load")
    ]
    note = (
        "The steps of hamgate's `load_engine`: the file is read and its fields are checked; the "
        "automaton is compiled, or loaded from the cache; each rule is tried on its own examples. "
        "Then what the others take to compile the same patterns, and the size of the cache."
    )
    return Table("Loading a pack", ["rules", *keys.values(), "cache"], rows, note)


def _redos(found: dict[str, Any]) -> Table:
    results = _of(found, "redos")
    lengths = _columns(results, "length")
    note = (
        "Time of one search by the clock, by the length of the text; of hamgate and re2 the "
        "median of several. `re` runs once, in a process of its own that is killed after "
        f"{found['settings']['re_limit_seconds']} s; longer texts are not tried then."
    )
    rows = []
    for case in _columns(results, "case"):
        of_case = [r for r in results if r["case"] == case]
        for engine in ("hamgate", "re2", "re"):
            by_length = {r["length"]: _time(r) for r in of_case if r["engine"] == engine}
            rows.append([f"{case}: {engine}", *(by_length.get(length, "") for length in lengths)])
    return Table(
        "Patterns that backtrack", ["pattern, engine", *(f"{n:,}" for n in lengths)], rows, note
    )


def _time(result: dict[str, Any]) -> str:
    return (
        f"> {result['killed_after']} s" if "killed_after" in result else seconds(result["seconds"])
    )


def _hostile(found: dict[str, Any]) -> Table:
    results = _of(found, "hostile")
    ours = sorted(
        (r for r in results if r["engine"] == "hamgate"), key=lambda r: r["seconds"], reverse=True
    )
    theirs = {r["rule"]: _time(r) for r in results if r["engine"] == "re"}
    rows = [
        [r["rule"], seconds(r["seconds"]), seconds(r["with_views"]), theirs[r["rule"]]]
        for r in ours
        if r["rule"] in theirs
    ]
    note = (
        "65,536 characters that nearly match a rule of the shipped pack over and over (two thirds "
        f"of its first example, repeated). One such text for each of {len(ours)} rules; shown are "
        "those on which hamgate's scan is slowest. `re` searches once for all patterns of the "
        "pack, in a process of its own. Time by the clock."
    )
    header = ["nearly matches", "hamgate", "hamgate with normalising", "re"]
    return Table("The longest text that is read", header, rows, note)


def tables(found: dict[str, Any]) -> list[Table]:
    """Return all tables of a run."""
    return [
        _scan(found, "Scanning", _spread),
        _scan(found, "Scanning from cold", lambda result: number(result["first_microseconds"])),
        _load(found),
        _redos(found),
        _hostile(found),
    ]


def section(found: dict[str, Any]) -> str:
    """Return the part of the page about a run of `bench.rules`."""
    named = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    head = HEAD.format(machine=described(found["machine"]), versions=named, **found["settings"])
    return "\n\n".join([head.rstrip(), *(table.markdown() for table in tables(found))])
