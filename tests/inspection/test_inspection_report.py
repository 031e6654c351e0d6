"""information_report: its numbers against the functions that give them, and its page."""

import json
import math
import pickle
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import optional
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control, ttest_ind

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import mutual_info_test, pairwise_interaction, pairwise_mutual_info
from skinfo.feature_selection import held_out_information
from skinfo.inspection import _report_numbers, information_report
from skinfo.inspection._report_charts import MAP_SIDE, bin_chart, chart_style, map_image
from skinfo.metrics import population_stability

VOID = {"meta", "input", "img", "br", "hr", "link"}

# What a name, a level or a title may hold.
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "a\"b'c&d",
    "\u202eevil",
    "שלום",
    "x" * 10_000,
    "",
    "{title} `${1}` %s",
    "<!--<script>",
    "two\nlines\u2028three",
]


class Page(HTMLParser):
    """The tags of a page: those that are open, all with their attributes, and the texts."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def data(self):
        """What the script of the page reads."""
        ((place, _),) = [
            (k, attrs) for k, (tag, attrs) in enumerate(self.tags) if attrs.get("id") == "data"
        ]
        assert self.tags[place][0] == "script"
        (text,) = [text for text in self.texts if text.startswith('{"name":')]
        return json.loads(text)


def loans(n=400):
    """A table with every kind of column, two classes, and the problems that are warned of."""
    rng = np.random.default_rng(0)
    income, debt = rng.normal(size=(2, n))
    default = (income - debt + rng.normal(size=n) < 0).astype(int)
    missing = np.where(rng.random(n) < 0.1 + 0.5 * default, np.nan, rng.normal(size=n))
    return pd.DataFrame(
        {
            "income": income,
            "debt": debt,
            "copy of debt": debt,
            "noise": rng.normal(size=n),
            "collected": default * 7.5,
            "identifier": np.arange(n) + 1000,
            "name": [f"n{i}" for i in range(n)],
            "constant": 1,
            "employer": missing,
            "mostly missing": np.where(np.arange(n) % 10 < 6, np.nan, income),
            "town": rng.choice([f"t{i}" for i in range(60)], n),
            "owns": rng.random(n) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "default": default,
        }
    )


@pytest.fixture(scope="module")
def table():
    return loans()


@pytest.fixture(scope="module")
def report(table):
    return information_report(table, "default", title="Loans")


def kinds_of_warnings(report):
    return {warning.kind: warning.features for warning in report.warnings}


def test_bits_are_those_of_the_test_of_independence(table, report):
    X, y = table.drop(columns="default"), table["default"]
    discrete = [name in ("constant", "name", "town", "owns") for name in X]
    test = mutual_info_test(X, y, estimator="binned", discrete_features=discrete)
    columns = report.columns
    assert columns["feature"].tolist() == list(X)
    assert_array_equal(columns["bits"], test.statistic)
    assert_array_equal(columns["p_value"], test.pvalue)
    assert_array_equal(columns["q_value"], test.qvalue)
    assert_array_equal(columns[["low", "high"]].T, test.confidence_interval())


def test_bins_are_those_of_the_binner(table, report):
    binner = MutualInfoBinner().fit(table, "default")
    assert_array_equal(report.columns["bits_of_bins"], binner.mutual_info_)
    for name, bins in zip(report.columns["feature"], report.bins, strict=True):
        pd.testing.assert_frame_equal(bins, binner.bin_table(name))


def test_target_and_selection_are_those_of_the_selector(table, report):
    p = table["default"].mean()
    assert report.target.entropy == pytest.approx(-p * math.log2(p) - (1 - p) * math.log2(1 - p))
    assert report.target.labels == ["0", "1"]
    selector = InfoBottleneckSelector().fit(table, "default")
    pd.testing.assert_frame_equal(report.selection.report, selector.report())
    held_out = held_out_information(
        table, "default", selector=InfoBottleneckSelector(selector.n_features_)
    )
    assert_array_equal(report.selection.held_out, held_out.information)
    assert_array_equal(report.selection.held_out_error, held_out.standard_error)
    steps = report.columns.set_index("feature")["step"]
    assert steps[steps > 0].sort_values().index.tolist() == [
        selector.feature_names_in_[j] for j in selector.selected_features_
    ]


def test_missing_values(table, report):
    columns = report.columns.set_index("feature")
    assert_allclose(columns["missing"], table.drop(columns="default").isna().mean())
    indicators = table[["employer", "mostly missing"]].isna()
    test = mutual_info_test(indicators, table["default"])
    assert_allclose(
        columns.loc[indicators.columns, "missing_q"], false_discovery_control(test.pvalue)
    )
    assert columns["missing_q"].notna().sum() == 2


def test_missing_values_of_a_continuous_target(table):
    # Welch's test, from the counts, means and variances of the bins.
    y = table["income"].to_numpy()
    report = information_report(table[["employer", "noise"]], y)
    is_missing = table["employer"].isna().to_numpy()
    expected = ttest_ind(y[is_missing], y[~is_missing], equal_var=False).pvalue
    assert report.columns["missing_q"][0] == pytest.approx(expected, rel=1e-6)
    assert math.isnan(report.columns["missing_q"][1])


def test_distinct_values(table, report):
    assert_array_equal(report.columns["distinct"], table.drop(columns="default").nunique())


def test_warnings(report):
    assert kinds_of_warnings(report) == {
        "leak": ["collected"],
        "identifier": ["identifier", "name"],
        "duplicate": ["copy of debt"],
        "constant": ["constant"],
        "missing": ["mostly missing"],
        "informative_missing": ["employer"],
        "cardinality": ["town"],
    }


def test_no_warnings_of_clean_columns(wine):
    assert information_report(*wine).warnings == []


def test_pairs_are_in_the_order_of_their_clusters(iris):
    X = iris[0].round().astype(int).assign(copy=lambda X: X["petal length (cm)"])
    report = information_report(X, iris[1])
    shared = pairwise_mutual_info(X)
    entropies = np.diag(shared)
    shared = np.clip(shared / np.maximum.outer(entropies, entropies), 0, 1)
    order = [X.columns.get_loc(name) for name in report.pairs.features]
    assert sorted(order) == list(range(5))
    assert_allclose(report.pairs.shared, shared[np.ix_(order, order)])
    assert abs(order.index(2) - order.index(4)) == 1
    assert any({"petal length (cm)", "copy"} <= set(group) for group in report.pairs.groups)
    # The first link joins the two equal columns, at the distance that emi leaves.
    assert set(report.pairs.links[0, :2].astype(int)) == {order.index(2), order.index(4)}


def test_interactions_are_those_of_pairs():
    a, b = np.random.default_rng(0).integers(0, 2, (2, 300))
    X = pd.DataFrame({"a": a, "b": b, "noise": np.arange(300) % 3})
    report = information_report(X, a ^ b)
    found = pairwise_interaction(X, a ^ b).to_frame()
    expected = found[found["qvalue"] <= 0.05].reset_index(drop=True)
    pd.testing.assert_frame_equal(report.interactions, expected)
    assert report.interactions[["feature", "other"]].to_numpy().tolist() == [["a", "b"]]


def test_drift_is_population_stability(table):
    X, y = table[["debt", "town", "noise"]], table["default"]
    new = X.assign(debt=X["debt"] + 1, town="t1")[:200]
    report = information_report(X, y, X_new=new)
    stability = population_stability(MutualInfoBinner().fit(X, y), new)
    pd.testing.assert_frame_equal(report.drift.report, stability.report())
    for name, bins in zip(report.drift.report["feature"], report.drift.bins, strict=True):
        pd.testing.assert_frame_equal(bins, stability.bin_table(name))
    assert kinds_of_warnings(report)["drift"] == ["debt"]
    parsed = Page(report.html())
    assert parsed.open == []
    assert "large shift" in parsed.texts
    assert "drift" in {attrs.get("id") for _, attrs in parsed.tags}


def test_special_values_are_apart(table):
    X = table[["debt"]].assign(debt=np.where(np.arange(400) % 5 == 0, -999, table["debt"]))
    binner = MutualInfoBinner(special_values=[-999])
    report = information_report(X, table["default"], binner=binner)
    assert 'class="special"' in report.html()
    assert 'class="missing"' not in report.html()


def test_continuous_target():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = X[:, 0] + rng.normal(size=300)
    report = information_report(X, y)
    selector = InfoBottleneckSelector().fit(X, y)
    assert report.columns["feature"].tolist() == ["x0", "x1", "x2"]
    assert_allclose(report.columns["bits"], selector.mutual_info_, atol=1e-12)
    # Equal-frequency bins of a cube root of 300.
    assert report.target.entropy == pytest.approx(math.log2(len(selector.target_edges_) + 1), 1e-3)
    assert report.target.shares.sum() == pytest.approx(1)
    assert "histogram" in report.html()


def test_weights_are_repetitions(table):
    table = table[["debt", "noise", "employer", "town", "default"]]
    weights = np.random.default_rng(1).integers(0, 3, len(table))
    weighted = information_report(table, "default", sample_weight=weights)
    repeated = information_report(table.loc[np.repeat(table.index, weights)], "default")
    for column in ("bits_of_bins", "missing", "missing_bits", "missing_q", "step", "bits_left"):
        assert_array_equal(weighted.columns[column], repeated.columns[column])
    assert weighted.columns["low"].isna().all()
    assert any("no interval" in note for note in weighted.notes)
    assert not any("no interval" in note for note in repeated.notes)


def test_sparse_columns():
    X = np.random.default_rng(0).poisson(0.4, (300, 4)) * 0.5
    y = X[:, 0] > 0
    sparse = information_report(csr_array(X), y)
    # Bins of numbers, with or without zeros that are stored.
    pd.testing.assert_series_equal(
        sparse.columns["bits_of_bins"], information_report(X, y).columns["bits_of_bins"]
    )
    assert sparse.columns["low"].isna().all()


def test_columns_of_missing_values_only():
    X = pd.DataFrame({"a": np.arange(60.0), "none": np.nan, "nothing": [None] * 60})
    report = information_report(X, np.arange(60) > 30)
    assert report.columns["distinct"].tolist() == [60, 0, 0]
    assert kinds_of_warnings(report)["constant"] == ["none", "nothing"]
    assert report.html().count("only missing values") == 2


def test_levels_with_missing_values():
    X = pd.DataFrame({"level": ["u", "v", None, "w"] * 20, "other": ["u", "v", "w", "x"] * 20})
    report = information_report(X, np.arange(80) % 3)
    assert report.columns["distinct"].tolist() == [3, 4]
    assert "duplicate" not in kinds_of_warnings(report)


@pytest.mark.parametrize("columns", [[5, 3], [("a", "b"), ("a", "c")]], ids=["integers", "tuples"])
def test_names_that_are_no_text(columns):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(90, 2)), columns=columns)
    y = X[columns[1]].to_numpy() > 0
    report = information_report(X, y)
    assert report.columns["feature"].tolist() == [str(column) for column in columns]
    assert report.columns["bins"].tolist() == [1, 2]
    assert [len(bins) for bins in report.bins] == [1, 2]


def test_the_order_of_rows_does_not_matter(table, report):
    shuffled = information_report(
        table.sample(frac=1, random_state=0, ignore_index=True), "default", title="Loans"
    )
    assert shuffled.html() == report.html()


def test_threads_do_not_matter(table, report):
    assert information_report(table, "default", title="Loans", n_jobs=2).html() == report.html()


CONTAINERS = {
    "polars": lambda table: optional.polars.from_pandas(table),
    "arrow": lambda table: optional.pyarrow.Table.from_pandas(table),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers(table, container):
    plain = table[["debt", "noise", "employer", "town", "owns", "default"]]
    expected = information_report(plain, "default").columns
    X = CONTAINERS[container](plain)
    pd.testing.assert_frame_equal(information_report(X, "default").columns, expected)


def test_tables_in_parts(table):
    table = table[["debt", "noise", "employer", "town", "owns", "default"]]
    whole = information_report(table, "default")
    parts = information_report([table[:150], table[150:]], "default")
    pd.testing.assert_frame_equal(parts.columns, whole.columns)
    assert parts.interactions is None
    assert len(parts.selection.held_out) == 0
    assert any("read in parts" in note for note in parts.notes)
    assert "Captured" in parts.html()
    X, y = table.drop(columns="default"), table["default"]
    tuples = information_report([(X[:150], y[:150]), (X[150:], y[150:])], None)
    pd.testing.assert_frame_equal(tuples.columns, whole.columns)
    assert_array_equal(tuples.pairs.shared, parts.pairs.shared)


def test_entropy_of_a_continuous_target_in_parts():
    # Ties: one of the two bins of equal frequency has 3 of 4 samples. H(1/4) is 0.811 bits.
    table = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 1.0, 0.0, 1.0]})
    for X in (table, [table[:3], table[3:]]):
        report = information_report(X, "y", target_type="continuous")
        assert report.target.entropy == pytest.approx(2 - 0.75 * math.log2(3), abs=1e-12)


@pytest.mark.parametrize("n", [5, 200])
def test_bits_about_a_continuous_target_are_the_same_in_parts(n):
    rng = np.random.default_rng(0)
    y = rng.normal(size=n)
    table = pd.DataFrame({"number": y + rng.normal(size=n), "text": rng.choice(list("abc"), n)})
    table = table.assign(time=pd.to_timedelta(rng.integers(0, 9, n), unit="s"), y=y)
    whole, parts = (
        information_report(X, "y") for X in (table, [table[: n // 2], table[n // 2 :]])
    )
    for column in ("bits", "p_value"):
        assert_array_equal(parts.columns[column], whole.columns[column])
    apart = information_report(table.drop(columns="y"), table["y"])
    pd.testing.assert_frame_equal(apart.columns, whole.columns)
    # Of levels the estimate is that of the test, given the selector's bins of y.
    text, classes = table[["text"]], np.digitize(y, whole.target.edges)
    test = mutual_info_test(text, classes, estimator="binned", discrete_target=True)
    assert whole.columns["bits"][1] == pytest.approx(test.statistic[0], abs=1e-12)
    assert_array_equal(whole.columns.loc[1, ["low", "high"]], np.ravel(test.confidence_interval()))


def test_a_histogram_of_neighbouring_numbers():
    x, y = np.arange(40.0), np.array([1.0, 1.0 + 2**-52] * 20)
    report = information_report(pd.DataFrame({"x": x}), y, target_type="continuous")
    assert len(report.target.shares) == 1
    assert report.target.shares.sum() == pytest.approx(1)


def test_a_target_whose_squares_are_not_finite_has_no_test_of_missing_values(table):
    x, y = table[["debt"]].where(table["noise"] > 0), table["noise"].to_numpy()
    finite, infinite = (
        information_report(x, y * unit, target_type="continuous").columns["missing_q"][0]
        for unit in (1.0, 1e300)
    )
    assert 0 < finite <= 1
    assert math.isnan(infinite)


def test_weights_of_chunks(table):
    X, y = table[["debt", "employer"]], table["default"].to_numpy()
    weights = np.random.default_rng(1).integers(1, 3, len(X))
    whole = information_report(X, y, sample_weight=weights)
    chunks = [(X[rows], y[rows], weights[rows]) for rows in (slice(150), slice(150, None))]
    parts = information_report(chunks, None)
    pd.testing.assert_frame_equal(parts.columns, whole.columns)
    assert any("no interval" in note for note in parts.notes)


def test_many_numbers_of_a_table_in_parts_are_not_counted(monkeypatch, table):
    monkeypatch.setattr(_report_numbers, "MOST_DISTINCT", 20)
    table = table[["debt", "owns", "default"]]
    report = information_report([table[:150], table[150:]], "default")
    assert math.isnan(report.columns["distinct"][0])
    assert report.columns["distinct"][1] == 2
    Page(report.html())


def test_a_large_table_is_selected_once(monkeypatch, table):
    monkeypatch.setattr(_report_numbers, "MOST_REPEATED_CELLS", 10)
    monkeypatch.setattr(_report_numbers, "MOST_HELD_OUT_CELLS", 2 * len(table))
    report = information_report(table.drop(columns="collected"), "default")
    assert len(report.selection.held_out) == 2
    assert any("first 2" in note for note in report.notes)


def test_a_wide_table_is_mapped_in_part(monkeypatch, wine):
    monkeypatch.setattr(_report_numbers, "MOST_MAPPED", 4)
    report = information_report(*wine)
    assert set(report.pairs.features) == set(report.to_frame()["feature"][:4])
    assert "The map of redundancy: of the 4 columns with the most bits, of 13." in report.notes


def test_own_binner_and_selector_are_not_changed(wine):
    binner = MutualInfoBinner(max_bins=2)
    selector = InfoBottleneckSelector(2, groups={"both": ["hue", "ash"]})
    report = information_report(*wine, binner=binner, selector=selector)
    assert report.columns["bins"].max() == 2
    assert report.selection.report["selected"].sum() == 2
    assert not hasattr(binner, "n_bins_")
    assert not hasattr(selector, "support_")
    Page(report.html())


def test_to_frame_and_pickle(report):
    frame = report.to_frame()
    assert frame["bits"].is_monotonic_decreasing
    assert pickle.loads(pickle.dumps(report)).html() == report.html()


def test_text_of_a_report(report):
    first, second, *_ = repr(report).splitlines()
    assert first == "Loans: 400 rows, 13 columns"
    assert re.fullmatch(
        r"Entropy of default: 1 bits, 0\.\d+ captured by 1 selected column\(s\)", second
    )
    assert "Possible leaks: collected" in repr(report)
    assert "and 3 more columns" in repr(report)


@pytest.mark.parametrize(
    "y", [["a", "b"], ["a", "b", "c"], list("abcdefghijklmn")], ids=["2", "3", "14"]
)
def test_pages_are_whole_and_fetch_nothing(y):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"number": rng.normal(size=280), "level": rng.choice(list("xyz"), 280)})
    page = information_report(X, rng.choice(y, 280)).html()
    parsed = Page(page)
    assert parsed.open == []
    assert not re.search(r"https?:|//[a-z]", page.replace("// ", ""))
    assert {"script", "style", "svg", "table"} <= {tag for tag, _ in parsed.tags}
    sources = [attrs.get(key) for _, attrs in parsed.tags for key in ("src", "href")]
    assert all(source.startswith(("#", "data:")) for source in sources if source)
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def hostile_report():
    rng = np.random.default_rng(0)
    y = rng.choice(HOSTILE[:2], 200)
    X = {name: rng.choice(HOSTILE, 200) for name in HOSTILE}
    return information_report(
        pd.DataFrame(X).assign(known=y), pd.Series(y, name=HOSTILE[0]), title=HOSTILE[4]
    )


def test_hostile_names_are_text():
    page = hostile_report().html()
    parsed = Page(page)
    assert parsed.open == []
    assert sum(tag == "script" for tag, _ in parsed.tags) == 2
    assert "img" not in {tag for tag, _ in parsed.tags}
    assert not any(key.startswith("on") for _, attrs in parsed.tags for key in attrs)
    assert parsed.data["name"][:2] == HOSTILE[:2]
    assert parsed.data["whole"] == {"5": "x" * 1000, "6": "", "9": HOSTILE[9]}
    assert len(page) < 150_000  # names of 10,000 letters are shortened


def test_the_page_in_a_notebook_is_the_page(report):
    parsed = Page(report._repr_html_())
    ((tag, attrs),) = parsed.tags
    assert tag == "iframe"
    assert attrs["srcdoc"] == report.html()
    assert attrs["sandbox"] == "allow-scripts"


def test_save_and_open(report, tmp_path, monkeypatch):
    path = report.save(tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == report.html()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    path = report.open()
    assert shown == [path.as_uri()]
    assert path.read_text(encoding="utf-8") == report.html()


def test_data_of_the_script(report):
    data = Page(report.html()).data
    assert data["name"] == report.columns["feature"].tolist()
    assert_allclose(data["bits"], report.columns["bits"], rtol=1e-3)
    assert data["informative"] == (report.columns["q_value"] <= 0.05).tolist()
    names = [column["name"] for column in data["bin_columns"]]
    assert names[:3] == ["bin", "rows", "proportion"]
    assert "rate of 1" in names
    assert "rate of 0" not in names
    debt = report.columns["feature"].tolist().index("debt")
    assert [row[0] for row in data["bins"][debt]] == report.bins[debt]["bin"].tolist()
    assert [row[1] for row in data["bins"][debt]] == report.bins[debt]["count"].tolist()


def boxes(svg, css):
    """Return (left, width, low, high) of the boxes of one class in a chart of bins."""
    (path,) = re.findall(rf'<path class="{css}" d="([^"]*)"', svg)
    number = r"(-?[\d.]+)"
    found = re.findall(rf"M{number} {number}h{number}V{number}h", path)
    return [(x, w, 36 - y, 36 - top) for x, y, w, top in np.array(found, dtype=float).tolist()]


def test_charts_have_the_proportions_and_rates_of_bins():
    table = pd.DataFrame(
        {
            "bin": ["[-inf, 0)", "[0, inf]", "missing"],
            "share": [0.5, 0.25, 0.25],
            "rate[0]": [0.8, 0.5, 0.0],
            "rate[1]": [0.2, 0.5, 1.0],
        }
    )
    svg = bin_chart(table, chart_style("binary", table))
    events, missing = boxes(svg, "event"), boxes(svg, "missing")
    assert [round(high / 36, 2) for *_, high in events + missing] == [0.2, 0.5, 1.0]
    widths = [width for _, width, *_ in events + missing]
    assert widths[0] > 1.9 * widths[1]
    assert widths[1] == pytest.approx(widths[2], abs=0.11)
    left, width, *_ = missing[0]
    assert left + width == pytest.approx(132, abs=0.11)


def test_charts_of_means_are_around_the_mean():
    table = pd.DataFrame(
        {
            "bin": ["[-inf, 0)", "[0, inf]"],
            "share": [0.5, 0.5],
            "mean": [1.0, 3.0],
            "std": [0.0, 0.0],
        }
    )
    # The mean of all is 2, the standard deviation 1: a quarter of the height each.
    svg = bin_chart(table, chart_style("continuous", table))
    assert [(low, high) for *_, low, high in boxes(svg, "event")] == [(9, 18), (18, 27)]


def test_the_map_is_an_image():
    image = pytest.importorskip("matplotlib.image")
    from base64 import b64decode
    from io import BytesIO

    shared = np.array([[1.0, 0.5], [0.5, 1.0]])
    png = BytesIO(b64decode(map_image(shared).partition(",")[2]))
    pixels = image.imread(png, format="png")
    assert pixels.shape == (2, 2, 4)
    # Half of Okabe and Ito's blue; the diagonal is grey.
    assert_allclose(pixels[0, 1], [0, 0x72 / 255, 0xB2 / 255, 127 / 255], atol=1e-6)
    assert_allclose(pixels[0, 0, :3], 128 / 255)


def test_many_columns_make_a_small_page(monkeypatch):
    # Interactions of 25 columns, and not of 125,000 pairs.
    monkeypatch.setattr(_report_numbers, "MOST_INTERACTION_CELLS", 150 * 25**2 / 2)
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(150, 20))
    X = np.repeat(latent, 25, axis=1) + 0.3 * rng.normal(size=(150, 500))
    selector = InfoBottleneckSelector(1)
    report = information_report(X, latent[:, 0] > 0, selector=selector)
    page = report.html()
    assert len(page) < 3_000_000
    assert len(report.pairs.features) == 500
    assert sorted(len(group) for group in report.pairs.groups) == [25] * 20
    assert page.count(" and 24 more</text>") == 20
    assert f'width="{MAP_SIDE:g}"' in page


def test_a_single_column():
    report = information_report(np.arange(40.0)[:, None], np.arange(40) > 19)
    assert report.pairs is None
    assert report.interactions is None
    assert "Redundancy" not in report.html()


def test_y_is_needed():
    with pytest.raises(ValueError, match="y"):
        information_report(np.eye(3), None)


def test_files_of_the_page_are_installed():
    folder = Path(_report_numbers.__file__).parent
    assert {"_report.css", "_report.js"} <= {path.name for path in folder.iterdir()}


def test_the_type_of_the_target_is_checked():
    X, y = np.arange(30.0)[:, None], np.arange(30) % 3
    with pytest.raises(ValueError, match="'target_type' parameter"):
        information_report(X, y, target_type="classes")
    with pytest.raises(ValueError, match="target_type='binary' needs two classes, got 3"):
        information_report(X, y, target_type="binary")
    assert information_report(X, y < 1, target_type="multiclass").html()


@pytest.mark.parametrize("container", ["int64", "uint64", "Int64", "polars", "arrow"])
def test_large_integers_are_read_as_text(container):
    # Neighbours of 2**60 are one float64: a report of the other columns needs no such identifier.
    n = 200
    X = pd.DataFrame({"a": np.arange(n) % 3, "id": 2**60 + np.arange(n), "y": np.arange(n) % 2})
    as_text = X.astype({"id": str})
    if container == "Int64":
        X["id"] = X["id"].astype("Int64").mask(X["a"] == 0)
        as_text = X.astype({"id": "string"})
    elif container in ("int64", "uint64"):
        X["id"] = X["id"].astype(container)
    else:
        X = CONTAINERS[container](X)
    report = information_report(X, "y", X_new=X)
    expected = information_report(as_text, "y", X_new=as_text).to_frame()
    pd.testing.assert_frame_equal(report.to_frame(), expected)
    assert ("identifier", ["id"]) in [(w.kind, w.features) for w in report.warnings]
    assert any("read as text: id." in note for note in report.notes)


def test_large_integers_that_float64_holds_are_numbers():
    X = pd.DataFrame({"x": 2**60 + 2**20 * np.arange(40)})
    report = information_report(X, np.arange(40) >= 20)
    assert report.to_frame()["kind"].tolist() == ["integer"]
    assert not any("read as text" in note for note in report.notes)


def test_integers_of_128_bits():
    pl = pytest.importorskip("polars")
    y = [0, 1] * 20
    frame = pl.DataFrame(
        {
            "small": pl.Series(y, dtype=pl.Int128),
            "large": pl.Series([10**30 + i for i in y], dtype=pl.Int128),
        }
    )
    report = information_report(frame, np.array(y))
    assert set(report.columns["feature"]) == {"small", "large"}


def test_equal_names_are_refused():
    X = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    with pytest.raises(ValueError, match=r"X has duplicate column names: \['a'\]"):
        information_report(X, [0, 1])
