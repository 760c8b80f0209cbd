"""What the commands of ``ketnap`` do and print, one module a command. `pipelines.cli` only declares them.

A function here returns the exit code, prints to the consoles it is given, and imports what is heavy inside functions.
"""
