"""Exports all runs as JSON lines with the official client; prints its cost as JSON.

Arguments: the file, and the number of runs per page. The client finds the server by
its variables (`ZENML_STORE_…`).
"""

import json
import sys
import time

from zenml.client import Client
from zenml.utils.pagination_utils import depaginate_stream


def peak_memory() -> int:
    """Returns the peak memory of this process in bytes."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main() -> None:
    """Writes each run while the list is read."""
    path, size = sys.argv[1], int(sys.argv[2])
    runs = depaginate_stream(
        Client().list_pipeline_runs,
        sort_by="asc:created",
        size=size,
        hydrate=True,
    )
    count = 0
    with open(path, "w") as file:
        for run in runs:
            file.write(run.model_dump_json())
            file.write("\n")
            count += 1
    cost = {"runs": count, "cpu": time.process_time(), "peak": peak_memory()}
    print(json.dumps(cost))


if __name__ == "__main__":
    main()
