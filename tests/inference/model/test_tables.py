import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from inference.errors import Untrusted
from inference.loading.compiler import compile_pipeline
from inference.model.scorer import CompiledScorer
from inference.model.tables import read, write
from trainer.dataset.corpus import Corpus


@pytest.fixture(scope="session")
def written(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Path]:
    """A small model with terms of both kinds, and the file that it is compiled into."""
    features = FeatureUnion(
        [
            ("word", TfidfVectorizer(max_features=50)),
            ("char", TfidfVectorizer(max_features=50, analyzer="char_wb", ngram_range=(2, 3))),
        ]
    )
    pipeline = Pipeline([("features", features), ("classifier", LogisticRegression())])
    pipeline.fit(corpus.texts[:200], corpus.labels[:200])
    path = tmp_path_factory.mktemp("tables") / "model.tables"
    write(compile_pipeline(pipeline), path)
    return pipeline, path


def test_what_was_written_scores_the_same(written: tuple[Pipeline, Path], corpus: Corpus) -> None:
    """Not a bit is lost in the file."""
    pipeline, path = written
    texts = corpus.texts[:300]
    compiled = CompiledScorer(compile_pipeline(pipeline))
    assert CompiledScorer(read(path)).score(texts) == compiled.score(texts)


def test_the_same_model_is_the_same_file(written: tuple[Pipeline, Path], tmp_path: Path) -> None:
    """A digest of the file names the model."""
    pipeline, path = written
    write(compile_pipeline(pipeline), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_refused(
    written: tuple[Pipeline, Path], tmp_path: Path, data: st.DataObject
) -> None:
    """Cut anywhere, or with any byte changed, it is none of ours."""
    whole = written[1].read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[at] ^ data.draw(st.integers(1, 255))
    for damaged in (whole[:at], whole[:at] + bytes([flipped]) + whole[at + 1 :]):
        path = tmp_path / "damaged"
        path.write_bytes(damaged)
        with pytest.raises(Untrusted, match=r"damaged (holds|is)"):
            read(path)


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"hamgate tables 2\n", b"PK\x03\x04"])
def test_a_foreign_file_is_refused(content: bytes, tmp_path: Path) -> None:
    """Nothing, a pickle, another format, an archive: the message says what to do."""
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(Untrusted, match=r"foreign holds no compiled .* compile it again"):
        read(path)


def test_serving_needs_no_scikit_learn(written: tuple[Pipeline, Path]) -> None:
    """A process that reads a compiled model and scores with it has imported none of the heavy."""
    program = (
        "import sys; from pathlib import Path; from inference.model.tables import read; "
        "from inference.model.scorer import CompiledScorer; "
        f"CompiledScorer(read(Path({str(written[1])!r}))).explain('free prize'); "
        "print({'sklearn', 'scipy', 'mlflow', 'skops', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
