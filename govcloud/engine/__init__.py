"""The engine: runs the Pulumi stacks that need it, in parallel, and knows which need it."""
