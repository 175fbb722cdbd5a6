"""Facts about packs: what is accepted, and what the error says of everything else."""

import copy
import hashlib
import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rules.document import MAX_BYTES
from rules.errors import PackError
from rules.loading import load_engine
from rules.pack import default_pack_path
from rules.views import Views

RULE: dict[str, Any] = {
    "id": "prize-claim",
    "verdict": "spam",
    "state": "enforce",
    "group": "prize",
    "description": "A prize to claim.",
    "pattern": "you won .{0,20}claim",
    "spam_examples": ["You WON a car, claim it"],
    "ham_examples": ["call me when you win"],
}
PACK: dict[str, Any] = {"name": "test", "version": "1.0", "description": "Test.", "rules": [RULE]}


def changed(**fields: Any) -> dict[str, Any]:
    """Return the valid pack with these fields of its rule changed; None takes a field away."""
    document = copy.deepcopy(PACK)
    rule = {**RULE, **fields}
    document["rules"] = [{key: value for key, value in rule.items() if value is not None}]
    return document


def write(folder: Path, content: object) -> Path:
    """Write a pack's file from bytes, text, or a document, and return its path."""
    path = folder / "pack.yaml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, content: object) -> tuple[str, ...]:
    """Return the faults for which a pack's file is refused; each line of the message names it."""
    path = write(folder, content)
    with pytest.raises(PackError) as caught:
        load_engine(path)
    lines = str(caught.value).splitlines()
    assert lines == [f"{path}: {fault}" for fault in caught.value.faults]
    return caught.value.faults


def test_a_valid_pack_is_loaded(tmp_path: Path) -> None:
    """A valid pack gives an engine, typed rules with defaults, and the digest of the file."""
    path = write(tmp_path, PACK)
    engine = load_engine(path)
    pack = engine.pack
    assert (pack.name, pack.version, pack.on, len(pack.rules)) == ("test", "1.0", "normalised", 1)
    rule = pack.rules[0]
    assert (rule.id, rule.verdict, rule.state) == ("prize-claim", "spam", "enforce")
    assert (rule.priority, rule.on, rule.when) == (0, None, None)
    assert engine.scan(Views("You WON it, claim now")).decision == rule
    assert pack.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_packs_cannot_be_changed(tmp_path: Path) -> None:
    """A loaded pack and its rules are frozen."""
    pack = load_engine(write(tmp_path, PACK)).pack
    with pytest.raises(ValueError, match="frozen"):
        pack.rules[0].state = "off"  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        pack.name = "other"  # type: ignore[misc]


def test_plain_scalars_are_text(tmp_path: Path) -> None:
    """An unquoted `off`, version or number is what was written, and a priority is a number."""
    text = """
name: test
version: 1.10
description: yes
rules:
  - id: rule-1
    verdict: spam
    state: off
    group: prize
    description: 2024-01-01
    pattern: 900
    priority: -3
    spam_examples: [0900]
    ham_examples: [no, 08]
"""
    pack = load_engine(write(tmp_path, text)).pack
    rule = pack.rules[0]
    assert (pack.version, pack.description, rule.description) == ("1.10", "yes", "2024-01-01")
    assert (rule.state, rule.priority, rule.spam_examples) == ("off", -3, ("0900",))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """A file with a UTF-8 byte order mark, as some editors write, is read."""
    text = yaml.safe_dump(PACK)
    assert load_engine(write(tmp_path, b"\xef\xbb\xbf" + text.encode())).pack.name == "test"


def test_ham_rules_turn_the_examples_round(tmp_path: Path) -> None:
    """A ham rule must hit its ham examples and must not hit its spam examples."""
    examples = {"spam_examples": ["nothing of it"], "ham_examples": ["you won it, claim it"]}
    ham = changed(verdict="ham", **examples)
    assert load_engine(write(tmp_path, ham)).pack.rules[0].verdict == "ham"
    assert faults(tmp_path, changed(verdict="spam", **examples)) == (
        "rule 'prize-claim': spam_examples: [0]: is not hit, but must be",
        "rule 'prize-claim': ham_examples: [0]: is hit, but must not be",
    )


@pytest.mark.parametrize("state", ["enforce", "shadow", "off"])
def test_examples_hold_in_every_state(tmp_path: Path, state: str) -> None:
    """A pack with a rule that fails its own examples does not load, even if the rule is off."""
    document = changed(state=state, spam_examples=["you won it, claim", "no", "nor this"])
    expected = ("rule 'prize-claim': spam_examples: [1, 2]: is not hit, but must be",)
    assert faults(tmp_path, document) == expected


def test_all_faults_of_a_step_are_in_one_error(tmp_path: Path) -> None:
    """Faults of fields are told at once; when there is none, those of patterns; then examples."""
    document = changed(priority="high")
    document["rules"].append({**RULE, "id": "second", "pattern": "+", "state": "on"})
    document["rules"].append({**RULE, "id": "third", "pattern": "a^b"})
    document["rules"].append({**RULE, "id": "fourth", "spam_examples": ["no"]})
    assert faults(tmp_path, document) == (
        (
            "rule 'prize-claim': priority: Input should be a valid integer, unable to parse string "
            "as an integer"
        ),
        "rule 'second': state: Input should be 'enforce', 'shadow' or 'off'",
        "rule 'second': pattern: does not compile: nothing to repeat at position 0",
    )
    document["rules"] = [RULE, *document["rules"][2:]]
    assert faults(tmp_path, document) == (
        "rule 'third': can never be found: what it asks for at some place excludes itself",
    )
    document["rules"] = [RULE, document["rules"][2]]
    assert faults(tmp_path, document) == (
        "rule 'fourth': spam_examples: [0]: is not hit, but must be",
    )


@pytest.mark.parametrize("field", [name for name in RULE if name not in {"id", "pattern"}])
def test_every_field_is_required(tmp_path: Path, field: str) -> None:
    """A missing field is named, with the rule that misses it."""
    expected = (f"rule 'prize-claim': {field}: the field is missing",)
    assert faults(tmp_path, changed(**{field: None})) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"pattern": None}, "rule 'prize-claim': must have either `pattern` or `when`"),
        ({"when": {"pattern": "a"}}, "rule 'prize-claim': must have either `pattern` or `when`"),
        ({"on": "folded"}, "rule 'prize-claim': on: Input should be 'raw', 'normalised' or"),
        ({"pattern": "a(?=b)"}, "rule 'prize-claim': pattern: looks ahead or behind"),
        ({"id": None}, "rules[0]: id: the field is missing"),
        ({"id": ""}, "rules[0]: id: String should match pattern"),
        ({"id": "Not A Slug"}, "rule 'Not A Slug': id: String should match pattern"),
        ({"group": "no_slug"}, "rule 'prize-claim': group: String should match pattern"),
        ({"verdict": "maybe"}, "rule 'prize-claim': verdict: Input should be 'spam' or 'ham'"),
        ({"priority": "high"}, "rule 'prize-claim': priority: Input should be a valid integer"),
        ({"description": " "}, "rule 'prize-claim': description: String should match pattern"),
        ({"colour": "red"}, "rule 'prize-claim': colour: there is no such field"),
        ({"spam_examples": []}, "rule 'prize-claim': spam_examples: must have at least one item"),
        ({"ham_examples": "text"}, "rule 'prize-claim': ham_examples: must be a list"),
        ({"ham_examples": ["a", " "]}, "rule 'prize-claim': ham_examples: 1: String should match"),
        ({"pattern": ["a"]}, "rule 'prize-claim': pattern: must be a string"),
        ({"pattern": "a*"}, "rule 'prize-claim': pattern: matches the empty string"),
        ({"pattern": "[[a]"}, "rule 'prize-claim': pattern: has [[ in a set of characters"),
        ({"pattern": "a{99999999999}"}, "rule 'prize-claim': pattern: does not compile: the rep"),
        ({"pattern": "(" * 5000}, "rule 'prize-claim': pattern: does not compile: maximum"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, fields: dict[str, Any], expected: str) -> None:
    """A wrong value is refused; the fault says rule (index when it has no id), field and why."""
    (fault,) = faults(tmp_path, changed(**fields))
    assert fault.startswith(expected)


@pytest.mark.parametrize("kind", ["text", ["a"]])
def test_a_rule_must_be_a_mapping(tmp_path: Path, kind: object) -> None:
    """A rule that is no mapping is named by its index."""
    document = {**PACK, "rules": [RULE, kind]}
    expected = ("rules[1]: must be a mapping of fields to values",)
    assert faults(tmp_path, document) == expected


def test_ids_are_unique(tmp_path: Path) -> None:
    """Two rules of one id are refused."""
    document = {**PACK, "rules": [RULE, RULE, {**RULE, "id": "other"}]}
    assert faults(tmp_path, document) == ("rules: the id of more than one rule: prize-claim",)


def test_duplicate_keys_are_refused(tmp_path: Path) -> None:
    """A key that is given twice in one mapping is refused with its line, not overridden."""
    text = "name: a\nversion: b\nname: c\n"
    assert faults(tmp_path, text) == (
        "is not YAML: line 3, column 1: the key 'name' is given twice",
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"name: \xff", "is not UTF-8: byte 6"),
        (b"name: a\x00b", "is not YAML: unacceptable character #x0000"),
        (b"name: [a", "is not YAML: line 1"),
        (b"a: 1\n---\nb: 2\n", "is not YAML: line 2"),
        (b"name: !!python/name:os.system x", "is not YAML: line 1, column 7"),
        (b"name: !!int a", "is not YAML: line 1, column 7"),
        (b"name: !!timestamp a", "is not YAML: line 1, column 7"),
        (b'name: "\\U00110000"', "is not YAML: chr() arg"),
        (b'name: "\\UFFFFFFFF"', "is not YAML: "),
        (b"? [a]\n: b", "is not YAML: line 1, column 3: found unhashable key"),
        (b"[" * 100_000, "is not YAML: maximum recursion depth"),
        (b"&a [*a]", "is not YAML: line 1, column 5: an alias is not taken"),
        (b"- a\n- b\n", "must be a mapping"),
        (b"just text", "must be a mapping"),
    ],
)
def test_a_file_that_is_no_pack(tmp_path: Path, content: bytes, expected: str) -> None:
    """Bytes that are no YAML mapping are refused with the reason, whatever they are."""
    (fault,) = faults(tmp_path, content)
    assert fault.startswith(expected)


def test_fields_of_the_pack_are_checked(tmp_path: Path) -> None:
    """A pack's own fields are required, and no other is accepted, `digest` included."""
    document = {"name": "No Slug", "digest": "0" * 64, "rules": []}
    starts = ["name: String", "version: the field", "description: the field", "rules: ", "digest:"]
    found = faults(tmp_path, document)
    assert [f.startswith(s) for f, s in zip(found, starts, strict=True)] == [True] * 5


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file over the limit is refused, and one of just the limit is not refused for its size."""
    limit = MAX_BYTES
    assert faults(tmp_path, b"#" * (limit + 1))[0].startswith(f"has more than {limit} bytes")
    assert faults(tmp_path, b"#" * limit)[0].startswith("is empty")


def test_a_path_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file, a folder and a pipe are refused as a pack, with the path."""
    with pytest.raises(PackError, match=r"none\.yaml: cannot be read: No such file"):
        load_engine(tmp_path / "none.yaml")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(PackError, match="cannot be read: not a regular file"):
            load_engine(path)


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_pack_or_a_pack_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No content of a file raises anything but `PackError`."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    with pytest.raises(PackError):
        load_engine(path)


def test_the_default_pack_is_a_file() -> None:
    """The shipped pack is where `default_pack_path` says."""
    assert default_pack_path().is_file()


CONDITION_FAULTS: list[tuple[Any, str]] = [
    ({}, "when: must have exactly one condition, and is empty"),
    ([], "when: must be the name of a signal, or a mapping with one condition"),
    ({"pattern": "a", "links": {"min": 1}}, "when: must have exactly one condition, and has links"),
    ({"links": {}}, "when: links: must have min, max or both"),
    ({"links": {"min": "many"}}, "when: links: min: Input should be a valid number"),
    ({"links": {"min": "nan"}}, "when: links: min: Input should be a finite number"),
    ({"links": {"min": 2, "max": 1}}, "when: links: min is greater than max"),
    ({"links": {"least": 1}}, "when: links: least: there is no such field"),
    ({"urls": {"min": 1}}, "when: urls: there is no such field"),
    ({"all": []}, "when: must have at least one item"),
    ({"all": {"pattern": "a"}}, "when: all: must be a list"),
    ({"any": ["prize", {"pattern": "("}]}, "when: any: 1: pattern: does not compile"),
    ({"not": {"on": "raw"}}, "when: not: must have exactly one condition, and is empty"),
    ({"all": ["prize"], "on": "raw"}, "when: `on` goes with `pattern` only"),
    ({"signal": "prize"}, "when: a signal is named by a string alone"),
    ("gift", "when: there is no signal 'gift'; there is: prize"),
    ({"all": ["gift", "prize"]}, "when: there is no signal 'gift'; there is: prize"),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITION_FAULTS)
def test_a_wrong_condition_is_named(tmp_path: Path, condition: object, expected: str) -> None:
    """The fault says where in the condition it is, and what is taken."""
    document = {**changed(pattern=None, when=condition), "signals": {"prize": {"pattern": "won"}}}
    found = faults(tmp_path, document)
    assert found[0].startswith(f"rule 'prize-claim': {expected}")
    assert len(found) == 1


def test_wrong_signals_are_named(tmp_path: Path) -> None:
    """A fault in a signal names the signal; a signal may not ask for itself, on no way."""
    document = {**PACK, "signals": {"one": {"pattern": "("}, "Two": {"pattern": "a"}}}
    assert [f.split(":")[0] for f in faults(tmp_path, document)] == ["signal 'one'", "signal 'Two'"]
    circle = {"a": {"not": "b"}, "b": {"any": ["c", {"pattern": "x"}]}, "c": "a"}
    (fault,) = faults(tmp_path, {**PACK, "signals": circle})
    assert "is defined by itself" in fault
    assert faults(tmp_path, {**PACK, "signals": {"a": "b"}}) == (
        "signal 'a': there is no signal 'b'; there is: a",
    )


def test_a_deep_condition_is_a_fault(tmp_path: Path) -> None:
    """Nesting without end ends in an error and not in a crash."""
    deep = "{not: " * 300 + "prize" + "}" * 300
    text = json.dumps(changed(pattern=None, when="DEEP")).replace('"DEEP"', deep)
    assert "nested too deep" in faults(tmp_path, text)[0]


def test_deep_signals_are_a_fault(tmp_path: Path) -> None:
    """A chain of signals longer than a call stack can bear is named, and not built."""
    names = [f"s{n}" for n in range(400)]
    chain: dict[str, Any] = {name: {"not": after} for name, after in itertools.pairwise(names)}
    chain[names[-1]] = {"pattern": "you won"}
    document = {**changed(pattern=None, when=names[0]), "signals": chain}
    assert "is nested more than 50 deep" in faults(tmp_path, document)[0]


def test_faults_are_not_endless(tmp_path: Path) -> None:
    """A generated pack that is wrong throughout is told in a hundred lines, and none too long."""
    bad = {**RULE, "state": "on"}
    document = {**PACK, "rules": [{**bad, "id": f"rule-{n}"} for n in range(300)]}
    found = faults(tmp_path, document)
    assert len(found) == 101
    assert found[-1] == "and 200 more faults"
    signals = {f"s{n}": {"pattern": "x"} for n in range(1000)}
    document = {**changed(pattern=None, when="other"), "signals": signals}
    assert faults(tmp_path, document) == (
        "rule 'prize-claim': when: there is no signal 'other'; there are 1000 of other names",
    )
    many = {**PACK, "rules": ["x"] * 20_001}
    assert faults(tmp_path, many) == ("rules: has more than 20000 items",)


def test_faults_are_safe_to_print(tmp_path: Path) -> None:
    """A key that would move a terminal's cursor is told without doing so."""
    (fault,) = faults(tmp_path, changed(**{"\x1b[31mred": "x"}))
    assert fault.startswith(r"rule 'prize-claim': \x1b[31mred: there is no such field")
    for field in ("description", "version"):
        document = changed() if field == "version" else changed(description="a\x1b[2Jb")
        if field == "version":
            document["version"] = "1\n2"
        assert "String should match pattern" in faults(tmp_path, document)[0]


def test_signals_cannot_blow_up(tmp_path: Path) -> None:
    """A chain of signals that each ask twice for the next one is asked in no time."""
    names = [f"s{n}" for n in range(24)]
    chain: dict[str, Any] = {
        name: {"all": [after, after]} for name, after in itertools.pairwise(names)
    }
    chain[names[-1]] = {"pattern": "you won"}
    document = {**changed(pattern=None, when=names[0]), "signals": chain}
    engine = load_engine(write(tmp_path, document))
    assert engine.scan(Views("You won!")).decision is not None
