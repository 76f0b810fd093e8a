"""Measures the official client with the calls of `zenml-bench`; prints JSON lines.

Arguments: URL of the server, id of the tag, and seconds to measure each call.
"""

import json
import sys
import time
from uuid import UUID

from zenml.models import PipelineRunFilter
from zenml.zen_stores.rest_zen_store import (
    RestZenStore,
    RestZenStoreConfiguration,
)


def main() -> None:
    """Connects to the server and makes each call for the given time."""
    url, tag, seconds = sys.argv[1], UUID(sys.argv[2]), float(sys.argv[3])
    store = RestZenStore(
        config=RestZenStoreConfiguration(url=url, username="default", password=""),
        skip_default_registrations=True,
    )
    runs = PipelineRunFilter(project=tag, size=100)
    for name, call in {
        "tag": lambda: store.get_tag(tag, hydrate=True),
        "runs": lambda: store.list_runs(runs, hydrate=True),
    }.items():
        call()
        calls, started, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - started < seconds:
            call()
            calls += 1
        wall = time.perf_counter() - started
        cpu = time.process_time() - cpu
        print(json.dumps({"call": name, "calls": calls, "wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main()
