"""A province for trying things out: what its organisations report, and what is wrong with it. Nothing of it is true."""
