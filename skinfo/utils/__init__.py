"""Common utilities: validation, threads, exact sums, array namespaces, compatibility."""
