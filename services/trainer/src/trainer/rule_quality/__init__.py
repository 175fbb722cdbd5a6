"""Rule quality: what a pack's rules are worth on a corpus, as SpamAssassin's `hit-frequencies`."""
