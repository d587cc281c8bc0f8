"""What the performance claims rest on: ratios against a baseline taken in the same run."""
