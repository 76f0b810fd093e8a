"""Writes the OpenAPI document of the installed ZenML server to a folder."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from zenml.zen_server.zen_server_api import app

folder = Path(sys.argv[1])
with open(folder / "openapi.json", "w") as file:
    json.dump(app.openapi(), file)
printed_by = ", ".join(f"{name} {version(name)}" for name in ("fastapi", "pydantic"))
(folder / "printed-by").write_text(printed_by)
