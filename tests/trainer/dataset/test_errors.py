"""Facts about the error that lists faults."""

from trainer.dataset.errors import Fault, InvalidDataset


def test_faults_are_listed_with_file_and_place() -> None:
    """Each fault has a line of its own: file, place, problem; a fault of the file has no place."""
    error = InvalidDataset("mail.csv", [Fault("7", "is odd"), Fault("", "is damaged")])
    assert str(error) == "mail.csv:7: is odd\nmail.csv: is damaged"


def test_ten_faults_are_listed_and_the_rest_counted() -> None:
    """A file that is wrong throughout gives ten lines and a count, but keeps every fault."""
    faults = [Fault(str(number), "is odd") for number in range(1, 26)]
    error = InvalidDataset("mail.csv", faults)
    lines = str(error).splitlines()
    assert len(lines) == 11
    assert lines[9:] == ["mail.csv:10: is odd", "mail.csv: and 15 more"]
    assert error.faults == tuple(faults)


def test_exactly_ten_faults_have_no_count() -> None:
    """Nothing is counted when everything is listed."""
    error = InvalidDataset("mail.csv", [Fault(str(number), "is odd") for number in range(10)])
    assert len(str(error).splitlines()) == 10
