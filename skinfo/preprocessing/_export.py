"""Tables, typical values, SQL and JSON of a fitted binner."""

from itertools import chain
from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skinfo.preprocessing._bin_table import summary_of_columns, table_of_bins
from skinfo.preprocessing._encoders import EncodedValues, bin_encoder
from skinfo.preprocessing._serialize import restore_binner, state_of_binner
from skinfo.preprocessing._sql import (
    case_expressions,
    check_names_read,
    check_names_written,
    dialect_named,
)
from skinfo.utils._column_params import feature_index
from skinfo.utils._compat import _check_feature_names_in
from skinfo.utils._text import one_line


class BinnerExportMixin:
    """Tables, typical values, SQL and JSON of a fitted `MutualInfoBinner`."""

    def bin_table(self, feature=None, *, totals=False):
        """Return a table of the bins of one column, or a summary of all columns.

        Parameters
        ----------
        feature : str or int, default=None
            Name or index of the column (the name, if the column names of the frame are integers).
            None: the summary.

        totals : bool, default=False
            Whether to add a last row, ``total``, for all samples: sums of counts, ``iv`` and
            ``bits``, and the overall rates or mean.

        Returns
        -------
        table : DataFrame
            For one column one row per bin: ``bin`` (its label), ``count`` (sum of weights) and
            ``share`` (its proportion).

            For two classes: ``events`` and ``non_events``, the counts of the second class and of
            the first; ``rate[c]``, the proportion of each class c, where that of the second class
            is the event rate; ``low[c]`` and ``high[c]``, Jeffreys' 95% interval of the event
            rate; ``woe``, the smoothed log2 of the odds of the event over those of all samples, in
            bits, as in ``encode="woe"``; ``iv``, the contribution of the bin to the information
            value **in nats**: the bin's proportion of all events minus its proportion of all
            non-events, times the WoE in nats, ln 2 times ``woe``. The IV is in nats, unlike all
            other quantities, because it is only compared with rules of thumb in nats. For the
            output of `transform` after `fit_transform` see `encoding_table`.

            For more classes: rates and intervals of all classes.

            For a continuous y: its ``mean``, ``std``, and ``low`` and ``high``, the 95%
            interval of the mean; NaN in a bin without samples.

            The last column, ``bits``, is the contribution of the bin to I(bin; y): its proportion
            times the divergence of its distribution of y from the overall one. The sum is
            ``mutual_info_``. Intervals do not account for the search for the bins.

            The summary has one row per column, in the order of the columns: ``feature``, ``kind``
            (number, integer, boolean, date, duration or level), ``bins`` (their number),
            ``missing`` (proportion), ``bits`` (`mutual_info_`) and ``explained``, these as a
            fraction of the entropy of y (for a continuous y: the fraction of its variance that is
            between bins). For two classes: ``iv``, the information value in nats, and
            ``strength``, its usual label [1]_: unpredictive below 0.02, weak, medium from 0.1,
            strong from 0.3, suspicious from 0.5; ``gini`` (2 AUC - 1) and ``ks`` of the WoE of the
            bins. For two classes and a continuous y ``trend``: the direction of the event rate or
            mean over the intervals, without special and missing values (ascending, descending,
            peak, valley, mixed or constant; unordered for levels). All are computed on the
            training data.

        Raises
        ------
        ValueError
            If there is no such column; if totals are requested for the summary.

        References
        ----------
        .. [1] N. Siddiqi, "Credit Risk Scorecards", Wiley, 2006.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from skinfo import MutualInfoBinner
        >>> X = pd.DataFrame({"age": np.arange(20, 60)})
        >>> y = (X["age"] >= 40) ^ (X["age"] % 10 == 5)
        >>> binner = MutualInfoBinner().fit(X, y)
        >>> columns = ["bin", "count", "events", "non_events", "iv", "bits"]
        >>> binner.bin_table("age", totals=True)[columns].round(3)
                  bin  count  events  non_events     iv   bits
        0  [-inf, 40)   20.0     2.0        18.0  1.601  0.266
        1   [40, inf]   20.0    18.0         2.0  1.601  0.266
        2       total   40.0    20.0        20.0  3.202  0.531
        >>> binner.bin_table()[["feature", "bins", "bits", "iv", "gini", "trend"]].round(3)
          feature  bins   bits     iv  gini      trend
        0     age     2  0.531  3.202   0.8  ascending
        """
        check_is_fitted(self)
        if feature is not None:
            column = self._columns[self._feature_index(feature)]
            return table_of_bins(column, self._statistics, self.classes_, totals=totals)
        if totals:
            raise ValueError(
                "totals=True is about the bins of one column: pass its name as feature. The "
                "summary of all columns has no totals."
            )
        return summary_of_columns(self._names, self._columns, self._statistics, self.classes_)

    def encoding_table(self, feature):
        """Return the output of `transform` for each value of one column.

        Parameters
        ----------
        feature : str or int
            Name or index of the column.

        Returns
        -------
        table : DataFrame
            One row per bin. After `fit_transform` with ``encode="woe"`` or ``"posterior"``, one
            for each interval between the split points of all folds; for a categorical column one
            for each level, then special, missing and unseen values. The column ``values`` contains
            their labels, and is followed by the output columns of `transform`.

        Raises
        ------
        ValueError
            If there is no such column.

        Examples
        --------
        >>> import pandas as pd
        >>> from skinfo import MutualInfoBinner
        >>> X = pd.DataFrame({"town": ["Ulm", "Aix", "Bonn"] * 20})
        >>> y = [0, 1, 1] * 20
        >>> binner = MutualInfoBinner(encode="posterior").fit(X, y)
        >>> binner.encoding_table("town")["values"].tolist()
        ['Aix', 'Bonn', 'Ulm', 'missing', 'unseen']
        """
        import pandas as pd

        check_is_fitted(self)
        j = self._feature_index(feature)
        encoders = self._column_encoders()
        first = sum(each.n_outputs for each in encoders[:j])
        labels, values = encoders[j].table()
        names = self.get_feature_names_out()[first : first + values.shape[1]]
        table = pd.DataFrame(values, columns=names)
        table.insert(0, "values", labels, allow_duplicates=True)
        return table

    def to_sql(self, feature=None, *, dialect="ansi"):
        """Return `transform` as SQL expressions for a SELECT clause.

        Parameters
        ----------
        feature : str or int, default=None
            Name or index of one column; None: all. The names are those of the fitted table.

        dialect : {"ansi", "bigquery", "databricks", "duckdb", "mysql", "postgresql", \
"snowflake", "spark", "sqlite", "tsql"}, default="ansi"
            Dialects differ in quotes, dates, decimals, and in NaN, which all but "ansi", "sqlite",
            "mysql" and "tsql" treat as missing. See Notes.

        Returns
        -------
        sql : str
            ``CASE ... END AS "name"`` for each output column, separated by commas.

        Raises
        ------
        ValueError
            If there is no such column, or a bin cannot be expressed in SQL (durations, levels that
            are neither text, numbers nor booleans), or a name (if the database does not
            distinguish it from another by case).

        Notes
        -----
        Every number is read back as the same float64 that `transform` compares with. If a plain
        10.78 could be rounded to the type of a column of single precision, it is written as a
        double, 10.78e0, or 10.78D in Spark.

        Names and text are quoted and escaped for the dialect, which must be that of the database:
        where another dialect ends a text or a name differently, a level could become a part of the
        query. "ansi" is for databases in which backslashes are not escapes and double quotes are
        those of names; not for MySQL, Spark, BigQuery or Snowflake, nor for SQLite if a column may
        be missing. Clients and templates may replace parts of a query (``%s``, ``:name``,
        ``$(name)``, ``{{ name }}``), and levels may contain these: pass the query unchanged,
        without parameters, in SQLAlchemy by `exec_driver_sql`.

        Text is compared as in `transform`, including case and trailing blanks, if the database has
        its default settings: backslashes are escapes in "mysql", "spark", "databricks", "bigquery"
        and "snowflake", and a connection of MySQL has the character set utf8mb4. Columns must have
        the types that they had in `fit`; cast a column of an enumerated type to text. Dates are
        without time zone; set the time zone of the session to UTC if a column has one. In SQLite
        dates are text, with a blank or a T before the time. Names have the case of the table. If a
        database could confuse two of them, by case or by their first bytes, an error is raised.

        Some databases compare all digits of a decimal column of more than 15 digits, whereas
        `transform` reads it as float64.

        The expressions are tested in SQLite, DuckDB, Spark, PostgreSQL and MariaDB. Those of
        BigQuery, Snowflake and SQL Server are checked with a parser, sqlglot.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from skinfo import MutualInfoBinner
        >>> X = pd.DataFrame({"age": np.arange(20, 60)})
        >>> binner = MutualInfoBinner().fit(X, X["age"] >= 40)
        >>> print(binner.to_sql("age"))
        CASE
          WHEN "age" IS NULL THEN 0
          WHEN "age" < 40 THEN 0
          ELSE 1
        END AS "age"
        """
        check_is_fitted(self)
        names = self._names
        chosen = range(len(names)) if feature is None else [self._feature_index(feature)]
        out = list(self.get_feature_names_out())
        identifier = dialect_named(dialect).identifier
        encoders = self._column_encoders()
        starts = np.append(0, np.cumsum([each.n_outputs for each in encoders]))
        check_names_read([names[j] for j in chosen], names, dialect)
        written = {j: out[starts[j] : starts[j + 1]] for j in chosen}
        check_names_written(chain.from_iterable(written.values()), dialect)
        expressions = []
        for j in chosen:
            pieces, values = encoders[j].pieces, encoders[j].values
            cases = case_expressions(pieces, names[j], values, dialect)
            for case, column in zip(cases, written[j], strict=True):
                expressions.append(f"{case} AS {identifier(column)}")
        return ",\n".join(expressions)

    def to_dict(self):
        """Return the fitted binner as a dict that can be stored as JSON.

        Returns
        -------
        state : dict
            Versioned; `from_dict` restores a binner with the same `transform`. Parameters that
            JSON cannot hold (a splitter as `cv`, a RandomState) have their defaults: they affect
            only another `fit`.

        Raises
        ------
        ValueError
            If a level or a class is neither text, a number nor a boolean.
        """
        check_is_fitted(self)
        return state_of_binner(self)

    @classmethod
    def from_dict(cls, state):
        """Restore a fitted binner from the output of `to_dict`.

        Parameters
        ----------
        state : dict
            The output of `to_dict`, possibly after a round trip through JSON.

        Returns
        -------
        binner : MutualInfoBinner
            A binner with the same transform, tables and attributes.

        Raises
        ------
        ValueError
            If the state is not of a binner, or was written by a later version of skinfo.

        Examples
        --------
        >>> import json
        >>> from skinfo import MutualInfoBinner
        >>> binner = MutualInfoBinner().fit([[1.0], [2.0], [8.0], [9.0]] * 9, [0, 0, 1, 1] * 9)
        >>> text = json.dumps(binner.to_dict())
        >>> MutualInfoBinner.from_dict(json.loads(text)).bin_edges_
        [array([-inf,   5.,  inf])]
        """
        return restore_binner(cls(), state)

    def _column_encoders(self):
        """Return the ColumnEncoder of each column: of its bins, if these do not depend on y."""
        if isinstance(self._output, EncodedValues):
            return self._output.encoders
        return [bin_encoder(self._encode, each, self._statistics) for each in self._columns]

    def _feature_index(self, feature):
        return feature_index(feature, self._names, keys=self._keys)

    def _has_integer_names(self):
        return all(isinstance(key, Integral) for key in self._keys)

    def _feature_names(self, input_features=None):
        if input_features is None and self._has_integer_names():
            # scikit-learn has no names for such a frame and would call its columns x0, x1, ...
            return self._names
        return _check_feature_names_in(self, input_features)

    def _html_repr(self):
        html = super()._html_repr()
        if not hasattr(self, "mutual_info_"):
            return html
        bits = {"bits": self.mutual_info_, "of which missing": self.missing_bits_}
        if self.special_bits_.any():
            bits["of which special"] = self.special_bits_
        return html + _features_html(self._names, self.n_bins_, bits)


# Python's messages about arguments use this name of a method; only the public class is documented.
for _name, _method in vars(BinnerExportMixin).items():
    _function = getattr(_method, "__func__", _method)
    if callable(_function):
        _function.__qualname__ = f"MutualInfoBinner.{_name}"


def _features_html(names, n_bins, bits):
    """Return an HTML table of the features, the most informative about y first.

    Parameters
    ----------
    names : list of str

    n_bins : ndarray of shape (n_features,)

    bits : dict of str to ndarray of shape (n_features,)
        Values by column title; those of the first column are drawn as bars.
    """
    from html import escape

    drawn = bits["bits"]
    longest = max(float(drawn.max()), 1e-300)
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(one_line(names[j]))}</td><td>{n_bins[j]}</td>"
        + "".join(f"<td>{values[j]:.4f}</td>" for values in bits.values())
        + "<td style='text-align:left'><div style='background:#4878a8;height:0.8em;"
        f"width:{120 * drawn[j] / longest:.0f}px'></div></td></tr>"
        for j in np.argsort(-drawn, kind="stable")
    )
    heads = "".join(f"<th>{head}</th>" for head in bits)
    return (
        "<details open><summary>Bits about y</summary><table style='text-align:right'><thead>"
        f"<tr><th>feature</th><th>bins</th>{heads}<th></th></tr>"
        f"</thead><tbody>{rows}</tbody></table></details>"
    )
