"""Triggers that schedules and platform events fire."""

from datetime import datetime

from automation import snapshot_id
from zenml.client import Client
from zenml.enums import SourceType


def add_triggers() -> None:
    """Adds triggers of two kinds, one of each attached to a snapshot."""
    client = Client()
    pipeline_id = client.get_pipeline("training").id
    nightly = client.create_schedule_trigger(
        "at-night", cron_expression="0 3 * * *", max_runs=100
    )
    client.create_schedule_trigger(
        "hourly", active=False, interval=3600, start_time=datetime(2030, 1, 1)
    )
    failed = client.create_platform_event_trigger(
        "after-failure",
        source_type=SourceType.PIPELINE,
        source_id=pipeline_id,
        target_events=["run_failed"],
    )
    for trigger in (nightly, failed):
        client.attach_trigger_to_snapshot(trigger.id, snapshot_id("nightly"))
