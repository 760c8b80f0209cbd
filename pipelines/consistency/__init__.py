"""Consistency: what figures that contradict each other may have been meant to be. Pure: nothing outside is touched."""
