"""Prove that a database survives: inject a fault for real, measure with probes, judge the history.

The way of the data, which is also the way of the imports, read from the right:

    target -> fault -> probes -> history -> checks -> verdict -> evidence -> gate
"""
