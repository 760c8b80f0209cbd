"""Tells people what a night brought: who is told what, in which words, over which channel; what is still to be sent."""
