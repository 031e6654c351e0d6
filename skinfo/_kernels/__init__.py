"""Compiled kernels: clean arrays in, arrays or floats out.

Nothing here validates, draws random numbers or knows scikit-learn; counts are
float64 (so that weights are repetitions), information is in nats, and every
kernel has one signature and releases the GIL.
"""
