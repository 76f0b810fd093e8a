"""Server plug-in that stores the raw body of every webhook event.

The package has the table and the route to read it, but a plug-in of the vendor
stores the events.
"""

from zenml.webhooks import WebhookEventHandler
from zenml.webhooks.events import WebhookEvent
from zenml.zen_server.utils import zen_store


class KeepWebhookEvents(WebhookEventHandler):
    """Stores each event that the server accepts."""

    @classmethod
    async def create(cls) -> "KeepWebhookEvents":
        """Creates the handler when the server starts."""
        return cls()

    def handle_webhook_event(self, event: WebhookEvent) -> None:
        """Stores the event's body under the id of its delivery."""
        if event.delivery_id:
            zen_store().store_raw_webhook_event(
                event.webhook_id, event.delivery_id, event.payload
            )
