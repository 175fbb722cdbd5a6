import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.measures import Confusion
from trainer.system import Labelled, Layer, judge_system

LETTERS = {"s": True, "h": False}


def labelled(truth: str, ruled: str, modelled: str) -> Labelled:
    """Labels by one letter a message: s is spam, h is ham, and - is left to the model."""
    return Labelled(
        spam=np.array([LETTERS[letter] for letter in truth]),
        decided=np.array([letter != "-" for letter in ruled]),
        ruled_spam=np.array([letter == "s" for letter in ruled]),
        modelled_spam=np.array([LETTERS[letter] for letter in modelled]),
    )


def test_the_rule_decides_and_else_the_model() -> None:
    """Twelve messages, counted by hand."""
    #                truth  ssssss hhhhhh
    report = judge_system(
        labelled("sssssshhhhhh", "sss-h-sh----", "shhshshhshhh"),
        seed=0,
    )
    assert report.rules == Layer(
        spam=4, ham=2, missed_spam=1, wronged_ham=1, f1=6 / 8, precision=3 / 4, recall=3 / 4
    )
    assert report.model == Layer(
        spam=2, ham=4, missed_spam=0, wronged_ham=1, f1=4 / 5, precision=2 / 3, recall=1.0
    )
    assert report.precision == 5 / 7
    assert report.recall == 5 / 6
    assert report.f1 == 10 / 13
    assert report.ham_false_positive_rate == 2 / 6
    assert report.spam_gained == 2, "of three that the rules catch, the model alone misses two"
    assert report.ham_lost == 1
    assert report.f1_standard_error > 0


def test_without_rules_the_system_is_the_model() -> None:
    """A pack that decides nothing leaves the model's figures, and a layer of nothing."""
    report = judge_system(labelled("sshh", "----", "shsh"), seed=0)
    assert report.f1 == report.model.f1 == 0.5
    assert report.rules == Layer(0, 0, 0, 0, 0.0, 0.0, 0.0)


def test_rules_that_decide_everything_leave_no_layer() -> None:
    """The model's layer has no message then, and no figure that is not a number."""
    report = judge_system(labelled("sh", "sh", "hs"), seed=0)
    assert report.f1 == 1.0
    assert report.model == Layer(0, 0, 0, 0, 0.0, 0.0, 0.0)


@given(st.lists(st.tuples(*map(st.sampled_from, ("sh", "sh-", "sh"))), min_size=1))
def test_the_layers_add_up_to_the_whole(messages: list[tuple[str, ...]]) -> None:
    """Every message is one layer's, and every mistake too."""
    labels = labelled(*map("".join, zip(*messages, strict=True)))
    report, whole = judge_system(labels, seed=0), Confusion.of(labels.spam, labels.final_spam)
    layers = (report.rules, report.model)
    assert sum(layer.spam for layer in layers) == labels.spam.sum()
    assert sum(layer.ham for layer in layers) == (~labels.spam).sum()
    assert sum(layer.missed_spam for layer in layers) == whole.false_ham
    assert sum(layer.wronged_ham for layer in layers) == whole.false_spam
    assert report.f1 == whole.f1
