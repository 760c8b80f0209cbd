"""What becomes of a step that the machine keeps from working: tried again if it may pass, explained if not."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.faults import explain_fault, is_transient

MOST_RETRIES = 3
FIRST_WAIT = 5.0
_LONGER_BY = 5
"""Seconds before the first retry, and how many times longer each next wait is: five, 25, 125."""


@contextmanager
def explaining_faults(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Run a step; a fault of the data is left as it is, and never tried again."""
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        if is_transient(error) and context.retry_number < MOST_RETRIES:
            raise _request_retry(context) from error
        explanation = explain_fault(error)
        if explanation is None:
            raise
        raise dg.Failure(explanation, allow_retries=False) from error


def request_retry_of(context: dg.AssetExecutionContext, said: str) -> None:
    """Have a step tried again if what a library says of it may pass by itself."""
    if is_transient(said) and context.retry_number < MOST_RETRIES:
        raise _request_retry(context)


def _request_retry(context: dg.AssetExecutionContext) -> dg.RetryRequested:
    seconds = FIRST_WAIT * _LONGER_BY**context.retry_number
    return dg.RetryRequested(max_retries=MOST_RETRIES, seconds_to_wait=seconds)
