"""Facts about the ids of messages that have none."""

import itertools
import re

from gateway.message_ids import new_message_id


def test_ids_are_like_those_of_uuid4() -> None:
    """32 hexadecimal digits, and in ten thousand none comes twice."""
    ids = [new_message_id() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", id_) for id_ in ids)


def test_ids_do_not_follow_from_each_other() -> None:
    """No two neighbours share the digits that a counter or a clock would leave the same."""
    ids = [new_message_id() for _ in range(1000)]
    shared = [a[:16] == b[:16] or a[16:] == b[16:] for a, b in itertools.pairwise(ids)]
    assert not any(shared)
