from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from inference.model.lookup.grams import character_grams, inner_grams, word_grams

WORD = r"\w+"
LENGTHS = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda pair: (pair[0], sum(pair)))


@given(
    st.text(st.sampled_from("ab "), max_size=12).map(lambda text: " ".join(text.split())), LENGTHS
)
def test_grams_are_those_of_scikit_learn(text: str, lengths: tuple[int, int]) -> None:
    """For words, characters, and characters within words: the same ones, as often."""

    def theirs(analyzer: str) -> list[str]:
        counter = CountVectorizer(analyzer=analyzer, ngram_range=lengths, token_pattern=WORD)
        return sorted(counter.build_analyzer()(text))

    assert sorted(word_grams(text.split(), *lengths)) == theirs("word")
    assert sorted(character_grams(text, *lengths)) == theirs("char")
    assert sorted(inner_grams(text, *lengths)) == theirs("char_wb")
