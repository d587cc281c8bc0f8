"""govcloud: a toolkit for running a unified e-government cloud."""
