"""Server plug-in: keeps the raw body of every webhook event.

The package has the store and the route to read it back, but leaves the keeping
to a plug-in of the vendor's.
"""

from zenml.webhooks import WebhookEventHandler
from zenml.webhooks.events import WebhookEvent
from zenml.zen_server.utils import zen_store


class KeepWebhookEvents(WebhookEventHandler):
    """Keeps each event that the server accepted."""

    @classmethod
    async def create(cls) -> "KeepWebhookEvents":
        """Creates the handler; the server calls this when it starts."""
        return cls()

    def handle_webhook_event(self, event: WebhookEvent) -> None:
        """Stores the event's body under the id of its delivery."""
        if event.delivery_id:
            zen_store().store_raw_webhook_event(
                event.webhook_id, event.delivery_id, event.payload
            )
