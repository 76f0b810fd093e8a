"""Fills a ZenML server for demonstrations and tests.

Run it with the virtual environment of the server. The ZENML_STORE_* variables
name the server, which must be empty: each fill uses the same names, and the
server rejects existing ones.

Resource requests are not created: the package has only their interface, and
their implementation is a plug-in of the vendor.
"""

import argparse
from collections.abc import Callable

import access
import automation
import catalog
import dynamic
import pipelines
import records
import tuned
from zenml.client import Client

Stage = tuple[str, Callable[[], None]]

DEMO: list[Stage] = [
    ("training run 1", lambda: pipelines.run_training("training-1")),
    ("training run 2", lambda: pipelines.run_training("training-2", learning_rate=0.5)),
    ("failing run", lambda: pipelines.run_failing("failing-1")),
]

# Later stages may use objects of earlier ones.
REST: list[Stage] = [
    ("dynamic run with a wait condition", lambda: dynamic.run_sweep("sweep-1")),
    ("run of a tuned pipeline", lambda: tuned.run_tuned("tuned-1")),
    ("users", access.add_users),
    ("service accounts and keys", access.add_service_accounts),
    ("secrets", access.add_secrets),
    ("authorized device", access.authorize_device),
    ("second project", catalog.add_project),
    ("service connectors", catalog.add_connectors),
    ("stacks and components", catalog.add_stacks),
    ("custom flavor", catalog.add_flavor),
    ("code repository", catalog.add_code_repository),
    ("service", catalog.add_service),
    ("schedules", automation.add_schedules),
    ("builds and snapshots", automation.add_snapshots),
    ("run template", automation.add_run_template),
    ("deployment", automation.add_deployment),
    ("webhooks", automation.add_webhooks),
    ("triggers", automation.add_triggers),
    ("model versions", records.add_model_versions),
    ("hook invocations", records.add_hook_invocations),
    ("curated visualizations", records.add_curated_visualizations),
    ("tags", records.add_tags),
]


def main() -> None:
    """Runs the stages, with a `fill: ` line before each."""
    parser = argparse.ArgumentParser(prog="fill", description=__doc__)
    parser.add_argument("--part", choices=["demo", "all"], default="all")
    part = parser.parse_args().part
    stages = DEMO if part == "demo" else DEMO + REST
    Client().set_active_project("default")
    for number, (name, stage) in enumerate(stages, start=1):
        print(f"fill: {number}/{len(stages)} {name}", flush=True)
        stage()


if __name__ == "__main__":
    main()
