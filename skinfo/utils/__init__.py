"""Validation, threads, exact sums, array namespaces and scikit-learn's private names."""
