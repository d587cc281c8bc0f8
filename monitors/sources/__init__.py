"""What the watches do not see: documents, the register, findings, the forecast; each at its own pace, and free to fail."""

from monitors.sources.known import Known
from monitors.sources.rounds import Rounds, Source

__all__ = ["Known", "Rounds", "Source"]
