"""From texts to the terms of a vocabulary that occur in them."""
