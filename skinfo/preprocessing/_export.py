"""Tables, typical values, SQL and JSON of a fitted binner."""

from numbers import Integral

import numpy as np
from scipy.stats import beta, t
from sklearn.utils.validation import check_is_fitted

from skinfo.preprocessing._encoders import EncodedValues, bin_encoder
from skinfo.preprocessing._encoding import smoothed_rates, weight_of_evidence
from skinfo.preprocessing._serialize import restore_binner, state_of_binner
from skinfo.preprocessing._sql import case_expressions, dialect_named
from skinfo.preprocessing._target_statistics import GaussianStatistics
from skinfo.utils._column_params import feature_index
from skinfo.utils._compat import _check_feature_names_in

# Of the tails of 95% intervals.
TAIL = 0.025


class BinnerExportMixin:
    """Tables, typical values, SQL and JSON of a fitted `MutualInfoBinner`."""

    def bin_table(self, feature=None):
        """Return a table of the bins of one column, or of all.

        Parameters
        ----------
        feature : str or int, default=None
            Name or index of the column; a name, where a frame names its columns by integers.
            None: all columns, one below the other.

        Returns
        -------
        table : DataFrame
            One row per bin: ``bin`` (its name), ``count`` (sum of weights) and ``share``; of all
            columns, ``feature`` first.

            For classes: ``rate[c]`` of each class c; ``low[c]`` and ``high[c]``, Jeffreys' 95%
            interval of the rate (of two classes that of the second); of two classes ``woe``, the
            log odds of the second over those of all samples, and ``iv``, the contribution of the
            bin to the information value, both in bits and smoothed as described under `encode`.
            These are of the bins; for the output of `transform` see `encoding_table`. The sum of
            ``iv`` over the bins of a column is its information value. Textbooks give it in
            nats: 1 nat is 1 / ln 2 = 1.4427 bits, so that their thresholds 0.02, 0.1, 0.3 and 0.5
            (for weak, medium, strong and suspiciously strong) [1]_ are 0.029, 0.144, 0.433 and
            0.721 bits.

            For a continuous y: its ``mean``, ``std``, and ``low`` and ``high``, the 95%
            interval of the mean; NaN in a bin without samples.

            Last, ``bits``: the contribution of the bin to I(bin; y), its proportion times the
            divergence of the bin's y from all y. These sum to ``mutual_info_``. Intervals do not
            account for the search for the bins.

        Raises
        ------
        ValueError
            If there is no such column.

        References
        ----------
        .. [1] N. Siddiqi, "Credit Risk Scorecards", Wiley, 2006.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from skinfo import MutualInfoBinner
        >>> X = pd.DataFrame({"age": np.arange(20, 60)})
        >>> binner = MutualInfoBinner().fit(X, X["age"] >= 40)
        >>> binner.bin_table("age")[["bin", "count", "rate[True]", "bits"]]
                  bin  count  rate[True]  bits
        0  [-inf, 40)   20.0         0.0   0.5
        1   [40, inf]   20.0         1.0   0.5
        """
        import pandas as pd

        check_is_fitted(self)
        if feature is not None:
            return self._bin_table(self._feature_index(feature))
        tables = [self._bin_table(j) for j in range(len(self._names))]
        for name, table in zip(self._names, tables, strict=True):
            table.insert(0, "feature", name)
        return pd.concat(tables, ignore_index=True)

    def _bin_table(self, j):
        column = self._columns[j]
        labels = column.bins.labels()
        return _bins_frame(labels, column.stats, self._statistics, self.classes_)

    def encoding_table(self, feature):
        """Return the output of `transform` for each value of one column.

        Parameters
        ----------
        feature : str or int
            Name or index of the column.

        Returns
        -------
        table : DataFrame
            One row for each bin. After `fit_transform` with ``encode="woe"`` or
            ``"posterior"``, one for each interval between the cuts of all folds; with these of a
            categorical column one for each level, then missing values and unseen levels.
            ``values`` names them, and then comes each column that `transform` writes.

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
        """Return `transform` as SQL expressions, to stand between SELECT and FROM.

        Parameters
        ----------
        feature : str or int, default=None
            Name or index of one column; None: all. The names are those of the table that
            was fitted.

        dialect : {"ansi", "bigquery", "databricks", "duckdb", "mysql", "postgresql", \
"snowflake", "spark", "sqlite", "tsql"}, default="ansi"
            They differ in quotes, dates, decimals, and in NaN, which all but "ansi", "sqlite",
            "mysql" and "tsql" take for missing. See Notes.

        Returns
        -------
        sql : str
            ``CASE ... END AS "name"`` for each output column, set apart by commas.

        Raises
        ------
        ValueError
            If there is no such column, or a bin cannot be expressed in SQL (durations, levels
            that are neither text, numbers nor booleans).

        Notes
        -----
        Every number is read back as the very one that `transform` compares with. Where a plain
        10.78 might be rounded to the type of a column of single precision it is written as
        10.78e0, or 10.78D in Spark: a double.

        Text is compared as `transform` does, case and trailing blanks included, where the
        database has its default settings: backslashes are escapes in "mysql", "spark",
        "databricks", "bigquery" and "snowflake", and a connection of MySQL has the character set
        utf8mb4. Dates are without time zone; set the time zone of the session to UTC where a
        column has one. Names are quoted, and so in the case of the table.

        The expressions are tested in SQLite, DuckDB, Spark, PostgreSQL and MariaDB. Those of
        BigQuery, Snowflake and SQL Server are read back by a parser, sqlglot.

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
        expressions = []
        for j in chosen:
            pieces, values = encoders[j].pieces, encoders[j].values
            cases = case_expressions(pieces, names[j], values, dialect)
            for case, column in zip(cases, out[starts[j] : starts[j + 1]], strict=True):
                expressions.append(f"{case} AS {identifier(column)}")
        return ",\n".join(expressions)

    def to_dict(self):
        """Return the fitted binner as a dict that JSON can hold.

        Returns
        -------
        state : dict
            Versioned; `from_dict` makes of it a binner with the same `transform`. Parameters
            that JSON cannot hold (a splitter as `cv`, a RandomState) are left at their
            defaults: they matter to another `fit` only.

        Raises
        ------
        ValueError
            If a level or a class is neither text, a number nor a boolean.
        """
        check_is_fitted(self)
        return state_of_binner(self)

    @classmethod
    def from_dict(cls, state):
        """Return the fitted binner that `to_dict` described.

        Parameters
        ----------
        state : dict
            From `to_dict`, if need be by way of JSON.

        Returns
        -------
        binner : MutualInfoBinner
            Its transform, tables and attributes are those of the original.

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
        return html + _features_html(
            self._names, self.mutual_info_, self.n_bins_, self.missing_bits_
        )


# Python's messages about arguments name a method by this; users know the public class only.
for _name, _method in vars(BinnerExportMixin).items():
    _function = getattr(_method, "__func__", _method)
    if callable(_function):
        _function.__qualname__ = f"MutualInfoBinner.{_name}"


def _bins_frame(labels, stats, statistics, classes):
    """Return a DataFrame with one row per bin; see `MutualInfoBinner.bin_table`."""
    import pandas as pd

    sizes = statistics.weights(stats)
    table = {"bin": labels, "count": sizes, "share": sizes / sizes.sum()}
    about_y = _mean_columns if isinstance(statistics, GaussianStatistics) else _rate_columns
    table |= about_y(stats, sizes, statistics, classes)
    table["bits"] = statistics.bits(stats, stats)
    return pd.DataFrame(table)


def _rate_columns(stats, sizes, statistics, classes):
    rates = statistics.rates(stats)
    columns = {f"rate[{label}]": rates[:, c] for c, label in enumerate(classes)}
    shown = list(enumerate(classes))[1 if len(classes) == 2 else 0 :]
    for c, label in shown:
        columns[f"low[{label}]"], columns[f"high[{label}]"] = _rate_interval(stats[:, c], sizes)
    if len(classes) == 2:
        columns["woe"] = weight_of_evidence(statistics, stats, stats.sum(axis=0))[:, 0]
        columns["iv"] = _information_value(stats, statistics)
    return columns


def _mean_columns(stats, sizes, statistics, classes):
    _, means, variances = statistics.counts(stats).T
    # A single sample has no spread.
    reach = np.full(len(sizes), np.inf)
    several = sizes > 1
    freedom = sizes[several] - 1
    reach[several] = t.ppf(1 - TAIL, freedom) * np.sqrt(variances[several] / freedom)
    return {
        "mean": means,
        "std": np.sqrt(variances),
        "low": means - reach,
        "high": means + reach,
    }


def _rate_interval(hits, sizes):
    """Return the ends of Jeffreys' 95% interval of a rate (Brown, Cai and DasGupta 2001)."""
    misses = sizes - hits
    low = beta.ppf(TAIL, hits + 0.5, misses + 0.5)
    high = beta.ppf(1 - TAIL, hits + 0.5, misses + 0.5)
    return np.where(hits > 0, low, 0.0), np.where(misses > 0, high, 1.0)


def _information_value(stats, statistics):
    """Return what each bin adds to the information value, in bits, (n_bins,).

    (proportion of class 1 - proportion of class 0) * log2 of their ratio, of smoothed counts, so
    that no bin contributes less than zero and none is unbounded.
    """
    rates = smoothed_rates(statistics, stats, stats.sum(axis=0))
    counts = statistics.weights(stats)[:, None] * rates
    shares = counts / counts.sum(axis=0)
    filled = shares.all(axis=1)
    values = np.zeros(len(stats))
    zeros, ones = shares[filled].T
    values[filled] = (ones - zeros) * np.log2(ones / zeros)
    return values


def _features_html(names, bits, n_bins, missing_bits):
    """Return an HTML table of the features, the most informative about y first."""
    from html import escape

    order = np.argsort(-bits, kind="stable")
    longest = max(float(bits.max()), 1e-300)
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(str(names[j]))}</td><td>{n_bins[j]}</td>"
        f"<td>{bits[j]:.4f}</td><td>{missing_bits[j]:.4f}</td><td style='text-align:left'>"
        f"<div style='background:#4878a8;height:0.8em;width:{120 * bits[j] / longest:.0f}px'>"
        "</div></td></tr>"
        for j in order
    )
    return (
        "<details open><summary>Bits about y</summary><table style='text-align:right'><thead>"
        "<tr><th>feature</th><th>bins</th><th>bits</th><th>of which missing</th><th></th></tr>"
        f"</thead><tbody>{rows}</tbody></table></details>"
    )
