"""Readers: the bytes of one file in, a `Reading` out. Pure: no file, clock, lake or environment is touched."""
