"""Server plug-in: a workload manager that runs nothing, and reports how it went.

A run that has been triggered is reported as running and then as completed. The
run configuration can ask for something else: `extra: {"outcome": "failed"}`, or
`"held"`, which leaves it running for a test to end.
"""

import json
import urllib.request
from collections import defaultdict
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from zenml.zen_server.pipeline_execution.workload_manager_interface import (
    WorkloadManagerInterface,
    WorkloadType,
)

# What follows `running`, by the outcome that a run asks for.
ENDS = {"completed": "completed", "failed": "failed", "held": None}


class ReportRuns(WorkloadManagerInterface):
    """Reports runs through the API, as the container that it stands for."""

    def __init__(self) -> None:
        """Creates it without any logs."""
        self._logs: dict[UUID, list[str]] = defaultdict(list)

    def run(
        self,
        workload_id: UUID,
        image: str,
        command: list[str],
        arguments: list[str],
        environment: dict[str, str] | None = None,
        sync: bool = True,
        timeout_in_seconds: int = 0,
    ) -> None:
        """Reports the run that the arguments name."""
        run = Run(arguments, environment or {})
        outcome = run.outcome()
        if outcome not in ENDS:
            run.report("failed", f"{outcome!r} is no outcome: {list(ENDS)}")
            return
        run.report("running", "as a test's workload manager says")
        self.log(workload_id, f"{image} runs {' '.join(command)}")
        end = ENDS[outcome]
        if end == "completed":
            # The server makes the status of static pipelines of their steps'.
            run.complete_steps()
        if end:
            run.report(end, f"as its configuration asks: {outcome}")

    def build_and_push_image(
        self,
        workload_id: UUID,
        workload_type: WorkloadType,
        dockerfile: str,
        image_name: str,
        sync: bool = True,
        timeout_in_seconds: int = 0,
    ) -> str:
        """Builds nothing."""
        return image_name

    def delete_workload(self, workload_id: UUID) -> None:
        """Forgets the logs."""
        self._logs.pop(workload_id, None)

    def get_logs(self, workload_id: UUID) -> str:
        """What has been logged."""
        return "\n".join(self._logs[workload_id])

    def log(self, workload_id: UUID, message: str) -> None:
        """Keeps a message."""
        self._logs[workload_id].append(message)


class Run:
    """A run as its own container sees it: by the token that it was given."""

    def __init__(
        self, arguments: list[str], environment: dict[str, str]
    ) -> None:
        """Finds the run among the arguments of the entrypoint."""
        self._id = arguments[arguments.index("--run_id") + 1]
        self._snapshot = arguments[arguments.index("--snapshot_id") + 1]
        self._api = f"{environment['ZENML_STORE_URL']}/api/v1"
        self._token = environment["ZENML_STORE_API_TOKEN"]
        self._project = environment["ZENML_ACTIVE_PROJECT_ID"]

    def outcome(self) -> str:
        """What the configuration of the run asks for."""
        run = self._call("GET", f"/runs/{self._id}")
        extra = run["metadata"]["config"].get("extra", {})
        return extra.get("outcome", "completed")

    def report(self, status: str, reason: str) -> None:
        """Sets the status of the run."""
        body = {"status": status, "status_reason": reason}
        self._call("PUT", f"/runs/{self._id}", body)

    def complete_steps(self) -> None:
        """Reports the steps that the snapshot has as completed."""
        snapshot = self._call("GET", f"/pipeline_snapshots/{self._snapshot}")
        for name in snapshot["metadata"]["step_configurations"]:
            now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat()
            step = {
                "name": name,
                "project": self._project,
                "pipeline_run_id": self._id,
                "status": "completed",
                "start_time": now,
                "end_time": now,
            }
            self._call("POST", "/steps", step)

    def _call(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> Any:
        request = urllib.request.Request(
            self._api + path,
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
