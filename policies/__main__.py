"""``python -m policies``: what Pulumi starts for ``--policy-pack policies``."""

from policies.pack import main

if __name__ == "__main__":
    main()
