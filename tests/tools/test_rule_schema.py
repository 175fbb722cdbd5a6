"""`docs/rule-pack.schema.json`: an editor that follows it sees the faults that the loader sees."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from rules.errors import PackError
from rules.loading import load_engine, parse_pack
from rules.pack import default_pack_path

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "rule-pack.schema.json").read_text(encoding="utf-8"))

RULE: dict[str, Any] = {
    "id": "prize",
    "verdict": "spam",
    "state": "off",
    "group": "prizes",
    "description": "A prize.",
    "pattern": "prize",
    "spam_examples": ["a prize"],
    "ham_examples": ["a price"],
}
PACK: dict[str, Any] = {
    "name": "mine",
    "version": "1.0.0",
    "description": "Mine.",
    "on": "squeezed",
    "signals": {"link": {"links": {"min": 1}}},
    "rules": [RULE],
}


class Yaml12(yaml.SafeLoader):
    """YAML 1.2's core schema, which editors follow: only `true` and `false` are booleans."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [item for item in resolvers if item[0] != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Yaml12.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$"), list("tTfF")
)


def faults(document: Any) -> list[str]:
    """Return what the schema says against a document."""
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)]


def with_rule(**fields: Any) -> dict[str, Any]:
    """Return the pack with its rule changed; a field that is None is left out."""
    rule = {name: value for name, value in (RULE | fields).items() if value is not None}
    return PACK | {"rules": [rule]}


def with_when(condition: Any) -> dict[str, Any]:
    """Return the pack with a rule that asks for the condition."""
    return with_rule(pattern=None, when=condition)


GOOD = {
    "a pattern": PACK,
    "no pattern of its own view": {key: value for key, value in PACK.items() if key != "on"},
    "a priority and a view": with_rule(priority=-3, on="raw"),
    "a signal": with_when("link"),
    "all, any, not": with_when(
        {"all": ["link", {"any": [{"not": {"pattern": "p", "on": "raw"}}]}]}
    ),
    "bounds": with_when({"capitals": {"min": 0.5, "max": 1}}),
}

FAULTY = {
    "no mapping": [],
    "no name": {key: value for key, value in PACK.items() if key != "name"},
    "a name that is none": PACK | {"name": "My Pack"},
    "an empty description": PACK | {"description": " "},
    "a field that is misspelt": PACK | {"rule": []},
    "a view that is none": PACK | {"on": "squeeze"},
    "no rules": PACK | {"rules": []},
    "rules that are no list": PACK | {"rules": RULE},
    "a signal's name that is none": PACK | {"signals": {"My Link": {"links": {"min": 1}}}},
    "a signal that is no condition": PACK | {"signals": {"link": 1}},
    "a rule's field that is misspelt": with_rule(patern="p"),
    "a rule without id": with_rule(id=None),
    "an id that is none": with_rule(id="Prize_1"),
    "an id that is too long": with_rule(id="a" * 65),
    "a verdict that is none": with_rule(verdict="maybe"),
    "a state that is none": with_rule(state="on"),
    "a state that YAML 1.1 read": with_rule(state=False),
    "a rule's view that is none": with_rule(on="lower"),
    "a priority that is no number": with_rule(priority="high"),
    "an empty pattern": with_rule(pattern=""),
    "a pattern and a condition": with_rule(when="link"),
    "neither pattern nor condition": with_rule(pattern=None),
    "no examples": with_rule(spam_examples=[]),
    "an example that is empty": with_rule(ham_examples=[""]),
    "an empty condition": with_when({}),
    "two conditions in one": with_when({"links": {"min": 1}, "words": {"min": 1}}),
    "a view without a pattern": with_when({"links": {"min": 1}, "on": "raw"}),
    "an empty list of conditions": with_when({"all": []}),
    "a feature that is none": with_when({"smileys": {"min": 1}}),
    "bounds without bounds": with_when({"links": {}}),
    "a bound that is none": with_when({"links": {"least": 1}}),
    "a fault deep inside": with_when({"all": [{"any": [{"not": {"links": {"min": "many"}}}]}]}),
}


def test_the_schema_is_what_the_models_say() -> None:
    """The file in `docs/` is what `make docs` writes, and is a JSON Schema."""
    Draft202012Validator.check_schema(SCHEMA)
    command = [sys.executable, str(ROOT / "tools" / "rule_schema.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_the_shipped_pack_is_valid() -> None:
    """The pack that is shipped has no fault to an editor, whose YAML is 1.2."""
    text = default_pack_path().read_text(encoding="utf-8")
    assert faults(yaml.load(text, Yaml12)) == []  # noqa: S506 - made of the safe one


@pytest.mark.parametrize("name", GOOD)
def test_what_the_loader_takes_is_valid(name: str, tmp_path: Path) -> None:
    """A pack that loads has no fault to the schema."""
    assert load(GOOD[name], tmp_path).name == "mine"
    assert faults(GOOD[name]) == []


@pytest.mark.parametrize("name", FAULTY)
def test_what_the_loader_refuses_is_invalid(name: str, tmp_path: Path) -> None:
    """A fault of the pack's form is one to the loader and to the schema alike."""
    with pytest.raises(PackError):
        load(FAULTY[name], tmp_path)
    assert faults(FAULTY[name]) != []


def load(document: Any, folder: Path) -> Any:
    """Return the pack that is written as the document."""
    path = folder / "pack.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    return parse_pack(path, path.read_bytes())


def test_the_pack_in_the_docs_is_valid(tmp_path: Path) -> None:
    """The pack in `docs/rules.md` has no fault to the schema, and loads with its examples."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    shown = page.partition("```yaml\n")[2].partition("```")[0]
    assert faults(yaml.load(shown, Yaml12)) == []  # noqa: S506 - made of the safe one
    path = tmp_path / "pack.yaml"
    path.write_text(shown, encoding="utf-8")
    assert [rule.id for rule in load_engine(path).pack.rules] == ["parcel-fee", "acme-login-code"]


def test_every_field_is_explained() -> None:
    """Whatever field one points at, an editor can say what it is for."""
    condition = SCHEMA["$defs"]["Condition"]["anyOf"][1]
    parts = [SCHEMA, SCHEMA["$defs"]["Rule"], SCHEMA["$defs"]["Bounds"], condition]
    fields = [(name, field) for part in parts for name, field in part["properties"].items()]
    assert [name for name, field in fields if not field.get("description")] == []


def test_a_tool_of_yaml_1_1_needs_quotes() -> None:
    """A bare `on` or `off` is a text to an editor, and a boolean, so a fault, to a 1.1 tool."""
    written = yaml.safe_dump(PACK, sort_keys=False)
    bare = written.replace("'on'", "on").replace("'off'", "off")
    assert bare != written
    assert faults(yaml.load(bare, Yaml12)) == []  # noqa: S506 - made of the safe one
    assert faults(yaml.safe_load(bare)) != []
    assert faults(yaml.safe_load(written)) == []
