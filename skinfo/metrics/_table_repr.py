"""Representation of results as tables."""


class TableRepr:
    """Base of results with a method `_table`, which returns a DataFrame of their numbers."""

    def _remarks(self):
        """Return the numbers shown below the table, a dict of str to float."""
        return {}

    def __repr__(self):
        remarks = [f"{name}: {value:.6g}" for name, value in self._remarks().items()]
        lines = [type(self).__name__, self._table().to_string(max_rows=10), *remarks]
        return "\n".join(lines)

    def _repr_html_(self):
        remarks = "".join(
            f"<br>{name}: {value:.6g}" for name, value in self._remarks().items()
        ).removeprefix("<br>")
        table = self._table().to_html(max_rows=10)
        return f"<div><p>{type(self).__name__}</p>{table}<p>{remarks}</p></div>"
