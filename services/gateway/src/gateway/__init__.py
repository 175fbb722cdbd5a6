"""The public API: normalise the text, let the rules decide, ask the model about the rest."""
