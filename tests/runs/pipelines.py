"""Runs a pipeline with one step: `talk LINES`, `talk_slowly SECONDS` or `fail`."""

import logging
import sys
import time

from zenml import pipeline, step

logger = logging.getLogger(__name__)


@step(enable_cache=False)
def talk(lines: int) -> None:
    """Writes lines to the log."""
    for number in range(lines):
        logger.info("line %d", number)
    logger.warning("x" * 20_000)


@step(enable_cache=False)
def talk_slowly(seconds: int) -> None:
    """Writes the time to the log, twice a second."""
    for _ in range(2 * seconds):
        logger.info("now %f", time.time())
        time.sleep(0.5)


@step(enable_cache=False)
def fail() -> None:
    """Fails."""
    logger.error("about to fail")
    raise ValueError("there is no data")


@pipeline(enable_cache=False)
def talking(lines: int) -> None:
    """Runs `talk`."""
    talk(lines)


@pipeline(enable_cache=False)
def talking_slowly(seconds: int) -> None:
    """Runs `talk_slowly`."""
    talk_slowly(seconds)


@pipeline(enable_cache=False)
def failing() -> None:
    """Runs `fail`."""
    fail()


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    pipelines = {"talk": talking, "talk_slowly": talking_slowly, "fail": failing}
    pipelines[name](*map(int, arguments))
