"""Which figures cannot hold together, which of them may be wrong, and what they may have been meant to be."""
