"""Validation, dataframe access and the door to scikit-learn's private names."""
