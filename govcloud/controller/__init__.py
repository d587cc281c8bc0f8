"""The controller: brings about what the register has approved, and says in the register how that goes.

Everything that must outlive the process is in the register itself, so that one that is killed is simply started again.
"""
