"""How the seeds that nobody keeps by hand are made, and what they are made of; no part of a run."""
