"""Users, service accounts, devices and secrets."""

import uuid
from urllib.parse import parse_qs, urlsplit

import requests
from zenml.client import Client
from zenml.models import OAuthDeviceVerificationRequest

DEVICE_CLIENT_ID = str(uuid.uuid5(uuid.NAMESPACE_DNS, "build-agent"))
# The server stores the space-separated parts with the device.
DEVICE_HEADERS = {"User-Agent": "Host/build-agent ZenML/0.98.0 Python/3.12.0 OS/Linux"}


def add_users() -> None:
    """Adds a second user without administrator rights, and metadata to both."""
    client = Client()
    client.create_user(name="ada", password="ada-password", is_admin=False)
    client.update_user(
        "ada",
        updated_full_name="Ada Lovelace",
        updated_default_project_id=client.get_project("default").id,
    )
    client.update_user("default", updated_metadata={"team": "churn", "seen": [1, 2]})


def add_service_accounts() -> None:
    """Adds an account with keys (unused, used, rotated), and an inactive one."""
    client = Client()
    account = client.create_service_account(
        name="ci", description="Triggers runs from the build server"
    )
    client.create_api_key(account.id, name="deploy", description="Never used")
    key = client.create_api_key(account.id, name="on-call", description="Used once").key
    requests.post(
        f"{client.zen_store.url}/api/v1/login",
        data={"grant_type": "zenml-api-key", "password": key},
        timeout=30,
    ).raise_for_status()
    client.create_api_key(account.id, name="nightly", description="Rotated once")
    client.rotate_api_key(account.id, "nightly", retain_period_minutes=60)
    client.create_service_account(name="retired")
    client.update_service_account("retired", active=False)


def add_secrets() -> None:
    """Adds a shared and a private secret."""
    client = Client()
    client.create_secret(
        name="warehouse", values={"user": "reader", "password": "warehouse-password"}
    )
    client.create_secret(name="mine", values={"token": "a-token"}, private=True)


def authorize_device() -> None:
    """Authorizes a device: it requests a code, the user approves, it logs in."""
    store = Client().zen_store
    requested = requests.post(
        f"{store.url}/api/v1/device_authorization",
        data={"client_id": DEVICE_CLIENT_ID},
        headers=DEVICE_HEADERS,
        timeout=30,
    )
    requested.raise_for_status()
    grant = requested.json()
    page = parse_qs(urlsplit(grant["verification_uri_complete"]).query)
    store.put(
        f"/devices/{page['device_id'][0]}/verify",
        body=OAuthDeviceVerificationRequest(
            user_code=grant["user_code"], trusted_device=True
        ),
    )
    logged_in = requests.post(
        f"{store.url}/api/v1/login",
        data={
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": DEVICE_CLIENT_ID,
            "device_code": grant["device_code"],
        },
        headers=DEVICE_HEADERS,
        timeout=30,
    )
    logged_in.raise_for_status()
