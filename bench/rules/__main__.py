"""Measure the rule engine beside Python's `re` and google-re2: `python -m bench.rules`."""

import argparse
import json
import operator
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from bench.machine import machine, versions
from bench.rules import contenders, redos, section
from bench.rules.contenders import Contender, seconds_a_text
from bench.rules.rule_sets import SEED, RuleSet, generate, without_verbose, write_pack
from bench.tables import show
from rules import examples
from rules.engine import Engine
from rules.loading import load_engine, parse_pack
from rules.matching.cache import Cache
from rules.pack import Pack, default_pack_path
from trainer.dataset.load import load

RESULTS = Path(__file__).parent.parent / "results" / "rules.json"
ROUNDS = 3
ENOUGH_SECONDS = 10
SIZES = (10, 100, 1_000, 5_000)


@dataclass(frozen=True)
class Texts:
    """Texts of the corpus, no text twice."""

    first: Sequence[str]
    rounds: Sequence[Sequence[str]]

    @classmethod
    def draw(cls, rounds: int, count: int) -> Self:
        """Return `count` texts to begin with and as many for each round, always the same."""
        draw = random.Random(SEED)  # noqa: S311 - to be the same each time, not to be secret
        texts = draw.sample(load("demo").texts, (rounds + 1) * count)
        parts = [texts[start : start + count] for start in range(0, len(texts), count)]
        return cls(parts[0], parts[1:])


def patterns_of(pack: Pack) -> list[str]:
    """Return every pattern of a pack once, as written."""
    conditions = (part for _, condition in pack.conditions() for part in condition.walk())
    return list(dict.fromkeys(part.pattern for part in conditions if part.pattern))


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Return what `make` returns, and its processor time in seconds: the median of three.

    What takes long is done once or twice.
    """
    times: list[float] = []
    while len(times) < ROUNDS and sum(times) < ENOUGH_SECONDS:
        start = time.process_time()
        made = make()
        times.append(time.process_time() - start)
    return made, statistics.median(times)


def loading(path: Path, name: str, folder: Path) -> tuple[Engine, dict[str, Any]]:
    """Return the engine of a pack, and how long each step of making it takes, in seconds."""
    cache = folder / "cache" / name.replace(" ", "-")
    pack, reading = timed(lambda: parse_pack(path, path.read_bytes()))
    engine, compiling = timed(lambda: Engine(pack, Cache(None)))
    Engine(pack, Cache(cache))
    engine, from_cache = timed(lambda: Engine(pack, Cache(cache)))
    _, trying = timed(lambda: examples.check(engine))
    return engine, {
        "kind": "load",
        "rules": name,
        "read": reading,
        "compile": compiling,
        "from_cache": from_cache,
        "examples": trying,
        "cache_bytes": sum(file.stat().st_size for file in cache.iterdir()),
    }


def compiled(patterns: Sequence[str]) -> tuple[list[Contender], dict[str, float]]:
    """Return the others, and how long each takes to compile, in seconds."""
    plain = [without_verbose(pattern) for pattern in patterns]
    made = {
        "re": timed(lambda: contenders.python_re(patterns)),
        "re2": timed(lambda: contenders.re2_loop(plain)),
        "re2.Set": timed(lambda: contenders.re2_set(plain)),
    }
    seconds = {f"compile_{name}": seconds for name, (_, seconds) in made.items()}
    return [contender for contender, _ in made.values()], seconds


def scanning(every: Sequence[Contender], texts: Texts, rules: RuleSet) -> Iterator[dict[str, Any]]:
    """Yield the times of each contender, which take turns.

    First all read the same texts from cold, then in each round texts that none of them has seen:
    RE2 makes its automaton while it reads, and a text that it has read before costs it less.
    The first contender says which hits are right; those without numbers are not compared.
    """
    first = [seconds_a_text(contender, texts.first) for contender in every]
    rounds = [[seconds_a_text(contender, part) for contender in every] for part in texts.rounds]
    right = every[0].hits(texts.first)
    for contender, cold, seconds in zip(every, first, zip(*rounds, strict=True), strict=True):
        hits = contender.hits(texts.first)
        yield {
            "kind": "scan",
            "rules": rules.name,
            "patterns": len(rules.rules),
            "contender": contender.name,
            "first_microseconds": cold * 1e6,
            "microseconds": statistics.median(seconds) * 1e6,
            "rounds": [value * 1e6 for value in seconds],
            "hits": hits and sum(map(len, hits)),
            "texts_with_other_hits": hits and right and sum(map(operator.ne, hits, right)),
        }


def rule_sets(folder: Path) -> Iterator[tuple[RuleSet, Path]]:
    """Yield every set of rules with the file of its pack."""
    for size in SIZES:
        rules = generate(size)
        path = folder / f"{size}.yaml"
        write_pack(path, rules)
        yield rules, path
    path = folder / "squeezed.yaml"
    rules = generate(1_000)
    write_pack(path, rules, "squeezed")
    yield replace(rules, name=f"{rules.name}, squeezed"), path
    path = default_pack_path()
    patterns = patterns_of(parse_pack(path, path.read_bytes()))
    yield RuleSet("the shipped pack", tuple((pattern, "") for pattern in patterns)), path


def run(texts: Texts, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield all results; packs and caches are written to `folder`."""
    for rules, path in rule_sets(folder):
        engine, loaded = loading(path, rules.name, folder)
        others, compile_times = compiled(rules.patterns)
        yield loaded | compile_times
        ours = contenders.hamgate(engine, numbered=path != default_pack_path())
        yield from scanning([*others, *ours], texts, rules)
    yield from redos.classic(folder)
    yield from redos.longest(load_engine(default_pack_path()), rules.patterns)


def main() -> None:
    """Run everything, print the tables and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each scan is measured")
    parser.add_argument("--texts", type=int, default=500, help="how many texts in each round")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    options = parser.parse_args()
    texts = Texts.draw(options.rounds, options.texts)
    settings = {
        "texts": options.texts,
        "rounds": options.rounds,
        "re_limit_seconds": redos.LIMIT,
    }
    found: dict[str, Any] = {
        "machine": machine(),
        "versions": versions("hyperscan", "google-re2"),
        "settings": settings,
    }
    with tempfile.TemporaryDirectory() as folder:
        found["results"] = list(run(texts, Path(folder)))
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for table in section.tables(found):
        show(table)


if __name__ == "__main__":
    main()
