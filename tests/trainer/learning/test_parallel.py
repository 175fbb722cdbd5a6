import os

import pytest
from joblib import delayed

from trainer.errors import WorkerLost
from trainer.learning.parallel import spread


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order(jobs: int) -> None:
    """However many processes there are."""
    calls = (delayed(pow)(number, 2) for number in range(20))
    assert list(spread(calls, jobs)) == [number * number for number in range(20)]


@pytest.mark.filterwarnings("ignore::UserWarning")  # joblib, of the process that was killed
def test_a_process_that_is_gone_is_a_clear_error() -> None:
    """The message says what most often kills one, and what to do."""
    with pytest.raises(WorkerLost, match=r"want of memory.*TRAINER_JOBS"):
        list(spread([delayed(os._exit)(9), delayed(os._exit)(9)], 2))
