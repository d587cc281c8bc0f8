"""``make demo``: the national plan's tenancies in Beijing and Gui'an, on this machine, at work, and where to look at them."""
