"""Serves ZenML on loopback until it gets a signal or its parent process has ended.

The first line of standard output is the port. Standard input is a pipe without
data: its end means that the parent process has ended.
"""

import argparse
import os
import signal
import socket
import sys
import threading

import uvicorn

GRACE_SECONDS = 3


def stop_when_orphaned() -> None:
    """Waits for the end of standard input, then stops this process."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Timer(2 * GRACE_SECONDS, os._exit, args=[1]).start()


def main() -> None:
    """Binds a port, prints it, and serves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 is a free port")
    # Bound here and passed on, so that no other process can take the port in between.
    listener = socket.create_server(("127.0.0.1", parser.parse_args().port))
    port = listener.getsockname()[1]
    print(port, flush=True)
    # After the port, all output goes to standard error.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    threading.Thread(target=stop_when_orphaned, daemon=True).start()

    # The server uses its URL in links, such as those of webhooks and devices.
    os.environ.setdefault("ZENML_SERVER_SERVER_URL", f"http://127.0.0.1:{port}")
    config = uvicorn.Config(
        "zenml.zen_server.zen_server_api:app",
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
