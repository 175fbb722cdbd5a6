"""Judge contenders by repeated nested cross-validation: `python -m bench.quality`.

What is in the results already is not measured again, so a run that was ended goes on.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from bench.dataplane.results import about, read, write
from bench.quality.contenders import contenders
from bench.quality.measuring import key, measure, messages
from bench.quality.section import RESULTS, tables
from bench.tables import show


def main() -> None:
    """Measure, and write after each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, help="processes; one a core if not given")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    texts, spam = messages()
    rows = _measured(read(arguments.results))
    corpus = {"messages": len(texts), "spam": int(spam.sum())}
    for contender in contenders():
        for seed in contender.seeds:
            name = _name(key(contender, seed))
            if name not in rows:
                rows[name] = measure(contender, seed, (texts, spam), arguments.jobs)
                write(arguments.results, {**about(), "corpus": corpus, "rows": list(rows.values())})
    for table in tables(read(arguments.results)):
        show(table)


def _measured(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the rows that are still of what is compared, by what they are about."""
    wanted = {_name(key(one, seed)) for one in contenders() for seed in one.seeds}
    named = {
        _name({part: row[part] for part in ("contender", "seed", "space")}): row
        for row in found.get("rows", [])
    }
    return {name: row for name, row in named.items() if name in wanted}


def _name(about_what: dict[str, Any]) -> str:
    return json.dumps(about_what, sort_keys=True)


if __name__ == "__main__":
    main()
