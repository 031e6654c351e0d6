"""Columns to codes, codes to counts, counts to evidence: the one place that looks at rows."""
