"""What the installed client has: older clients lack some names."""

import importlib
import inspect


def met(what: str, *needs: str) -> bool:
    """Returns whether the client has all names; otherwise prints that `what` is skipped.

    A name is `module:name`, and may end with `.` and an attribute or a parameter.
    """
    for need in needs:
        if not _has(need):
            name = need.partition(":")[2].removeprefix("Client.")
            print(f"fill: skipped {what}: the client has no {name}", flush=True)
            return False
    return True


def _has(need: str) -> bool:
    module, _, names = need.partition(":")
    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            return False
        raise
    name, _, member = names.partition(".")
    if not hasattr(owner, name):
        return False
    value = getattr(owner, name)
    return (
        not member
        or hasattr(value, member)
        or member in inspect.signature(value).parameters
    )
