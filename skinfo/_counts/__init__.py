"""Codes of columns, their counts, and test statistics of counts: all access to rows."""
