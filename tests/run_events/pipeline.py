"""Runs a pipeline whose step publishes a number of events.

Prints the id of the run, publishes the first half, waits for the end of standard
input, and publishes the rest.
"""

import sys
import time

from zenml import get_step_context, pipeline, step
from zenml.streaming.publishing import publish


@step(enable_cache=False)
def count(events: int) -> None:
    """Publishes numbers."""
    # Not `sys.stdout`, which the step's log replaces.
    print(get_step_context().pipeline_run.id, file=sys.__stderr__, flush=True)
    for number in range(events):
        if number == events // 2:
            sys.stdin.read()
        publish({"number": number}, kind="counted")
        # Several batches, so that events arrive while others are published.
        time.sleep(0.01)


@pipeline(enable_cache=False)
def counting(events: int) -> None:
    """Runs `count`."""
    count(events)


if __name__ == "__main__":
    counting(int(sys.argv[1]))
