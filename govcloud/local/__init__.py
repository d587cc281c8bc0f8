"""The embedded default: regions on this machine and the pinned toolchain they need."""
