"""What holds for all tests: Ctrl-C means the same wherever the tests run."""

from __future__ import annotations

import signal

# A shell starts background jobs with SIGINT ignored, and what they start inherits that: interruptions, which
# some tests send, would then do nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)
