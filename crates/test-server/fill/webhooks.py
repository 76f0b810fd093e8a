"""Webhooks and their triggers."""

import hashlib
import hmac
import json

import requests
from zenml.client import Client

WEBHOOK_SECRET = "webhook-secret"
WEBHOOK_DELIVERY = "delivery-1"


def add_webhooks() -> None:
    """Adds webhooks of two providers and sends one signed event."""
    client = Client()
    client.create_webhook("pushes", webhook_type="github", secret=WEBHOOK_SECRET)
    hook = client.create_webhook("orders", webhook_type="custom", secret=WEBHOOK_SECRET)
    body = json.dumps({"order": 7, "items": [{"sku": "a", "count": 2}]}).encode()
    signature = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    requests.post(
        f"{client.zen_store.url}/api/v1/webhooks/custom/{hook.id}/events",
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-ZenML-Signature-256": f"sha256={signature}",
            "X-ZenML-Event": "order.created",
            "X-ZenML-Delivery": WEBHOOK_DELIVERY,
        },
        timeout=30,
    ).raise_for_status()


def add_webhook_triggers() -> None:
    """Adds a trigger of each webhook."""
    client = Client()
    client.create_webhook_trigger(
        "on-push",
        webhook="pushes",
        configuration={"target_events": [{"type": "push", "branch": "main"}]},
    )
    client.create_webhook_trigger("on-order", webhook="orders", configuration={})
