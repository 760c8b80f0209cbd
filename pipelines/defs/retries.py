"""What becomes of a step that the machine keeps from working: tried again if it may pass, explained if not."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.faults import explain_fault, is_transient
from pipelines.settings import load_settings

MOST_RETRIES = 3
_LONGER_BY = 5
"""How many times longer than the one before each wait is: 5, 25 and 125 seconds, unless the first is set."""


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
    seconds = load_settings().retry_seconds * _LONGER_BY**context.retry_number
    return dg.RetryRequested(max_retries=MOST_RETRIES, seconds_to_wait=seconds)
