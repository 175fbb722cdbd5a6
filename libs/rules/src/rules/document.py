"""The document in a pack's file: bytes to plain mappings, lists and texts, with exact errors."""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from rules.errors import PackError

MAX_BYTES = 4 * 1024 * 1024
"""Largest pack file that is read."""


class _Loader(yaml.SafeLoader):
    """YAML of mappings, lists and text only, in which no key is given twice.

    YAML 1.1 reads `off` and `on` as booleans and `1.10` as a number; here pydantic converts where
    a field is no text. The parser in C is not used: a deeply nested file crashes the process.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute
    yaml_constructors = {  # noqa: RUF012 - the same; None is for every other tag, an error
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (*(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str")), None)
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            # A few lines of them can stand for more conditions than there is memory.
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            problem = "an alias is not taken; make what is shared a signal"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - PyYAML's signature
    ) -> dict[Any, Any]:
        keys = [key for key, _value in node.value if isinstance(key, yaml.ScalarNode)]
        counts = Counter(key.value for key in keys)
        if twice := [key for key in keys if counts[key.value] > 1]:
            problem = f"the key {twice[-1].value!r} is given twice"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=twice[-1].start_mark)
        return super().construct_mapping(node, deep=deep)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a pack's file.

    Raises:
        PackError: It cannot be read, or has more than `MAX_BYTES`.
    """
    try:
        if path.exists() and not path.is_file():
            # Reading a pipe would wait for who writes to it, for ever perhaps.
            raise PackError(path, ["cannot be read: not a regular file"])
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PackError(path, [f"cannot be read: {error.strerror}"]) from error
    if len(content) > MAX_BYTES:
        raise PackError(path, [f"has more than {MAX_BYTES} bytes"])
    return content


def parse(path: Path, content: bytes) -> object:
    """Return the document in the bytes of the file at `path`.

    Raises:
        PackError: It is not UTF-8, not YAML of mappings, lists and texts, or empty.
    """
    try:
        document: object = _Loader(content.decode()).get_single_data()
    except UnicodeDecodeError as error:
        raise PackError(path, [f"is not UTF-8: byte {error.start} is wrong"]) from error
    except yaml.MarkedYAMLError as error:
        raise PackError(path, [f"is not YAML: {_where(error)}{error.problem}"]) from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        # The last two are PyYAML's at an escape such as "\UFFFFFFFF".
        reason = str(error).replace("\n", "")
        raise PackError(path, [f"is not YAML: {reason}"]) from error
    if document is None:
        raise PackError(path, ["is empty; a pack has name, version, description and rules"])
    return document


def _where(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
