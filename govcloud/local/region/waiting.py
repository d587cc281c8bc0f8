"""Waiting: look often, say so now and then, and give up at last."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

Progress = Callable[[str], None]
_SAY_EVERY = 2.0


def wait_until_empty(
    look: Callable[[], Sequence[str]], *, seconds: float, pause: float, say: Progress
) -> Sequence[str]:
    """Look again and again until nothing is waited for any more.

    ``say`` hears every two seconds what is still waited for; when it raises, the waiting ends.

    Args:
        look: the names of what is not ready yet.
        seconds: how long at most.
        pause: seconds between two looks.
        say: progress.

    Returns:
        What was still not ready at the end; empty when all is.
    """
    begin = said = time.monotonic()
    while waiting := look():
        now = time.monotonic()
        if now - begin > seconds:
            break
        if now - said > _SAY_EVERY:
            said = now
            say(f"still waiting for {', '.join(waiting[:3])}{' and others' if len(waiting) > 3 else ''}")
        time.sleep(pause)
    return waiting
