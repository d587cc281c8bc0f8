"""The register of the hub: who asked for which tenancy, who decided what, and what may happen next."""
