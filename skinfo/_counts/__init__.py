"""Columns to codes, codes to counts, counts to test statistics: all access to rows."""
