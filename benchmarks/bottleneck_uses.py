"""What the information bottleneck is good for: categories, documents and vocabularies.

    python benchmarks/bottleneck_uses.py [--part category|documents|vocabulary]

Categories: a column of many levels becomes indicators of clusters of levels, for a logistic
regression; beside it one indicator a level and target encoding. The simulated levels are of six
kinds, so that the best loss is known; the real ones are words, and y the module in whose
documentation a word stands. Documents: those of functions, clustered without their module.
Vocabulary: documents as counts of clusters of words, beside as many words chosen by chi2.
"""

import argparse
import importlib
import inspect
import time
import warnings

import numpy as np
from _table import print_table
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import normalized_mutual_info_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, OneHotEncoder, TargetEncoder

from skinfo.cluster import InformationBottleneck
from skinfo.metrics import EntropyScorer, cross_entropy_loss

MODULES = [
    *(f"numpy.{name}" for name in ("linalg", "fft", "random", "ma", "polynomial")),
    *(f"scipy.{name}" for name in ("stats", "special", "signal", "sparse", "optimize")),
    *(f"scipy.{name}" for name in ("integrate", "interpolate", "ndimage", "spatial")),
    *(f"sklearn.{name}" for name in ("linear_model", "ensemble", "metrics", "model_selection")),
    *(f"sklearn.{name}" for name in ("preprocessing", "datasets", "decomposition")),
    "pandas",
    "matplotlib.pyplot",
]


def documentation():
    """Return the counts of words of each function's documentation, and its module's number."""
    documents, modules = [], []
    for number, name in enumerate(MODULES):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated names
            module = importlib.import_module(name)
            things = [getattr(module, key) for key in dir(module) if not key.startswith("_")]
        texts = [inspect.getdoc(thing) or "" for thing in things if callable(thing)]
        long = [text for text in texts if len(text) > 400]
        documents += long
        modules += [number] * len(long)
    vectorizer = CountVectorizer(token_pattern=r"[a-z]{3,}", min_df=3, stop_words="english")
    return vectorizer.fit_transform(documents), np.array(modules)


def simulated(n, n_levels, n_classes, seed):
    """Return a category with six kinds of levels, y, and the true distribution of each row."""
    rng = np.random.default_rng(seed)
    of_kind = rng.dirichlet(np.full(n_classes, 0.7), size=6)
    kind = rng.integers(6, size=n_levels)
    share = rng.pareto(1.0, n_levels) + 0.1
    category = rng.choice(n_levels, size=n, p=share / share.sum())
    truth = of_kind[kind[category]]
    return category, (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1), truth


def words(counts, modules, rng, per_document=20):
    """Return words drawn from the documents as a category, and the module of each."""
    drawn = []
    for start, end in zip(counts.indptr[:-1], counts.indptr[1:], strict=True):
        share = counts.data[start:end] / counts.data[start:end].sum()
        drawn.append(rng.choice(counts.indices[start:end], size=per_document, p=share))
    return np.concatenate(drawn), np.repeat(modules, per_document)


def clusters_of_levels(category, y, n_clusters, prior):
    """Return the cluster of each level; levels that do not occur have one of their own.

    `prior` rows of the class rates are added to each level, so that a level that occurs once does
    not pass for one that is sure of its class.
    """
    table = np.zeros((category.max() + 1, y.max() + 1))
    np.add.at(table, (category, y), 1.0)
    rates = table.sum(axis=0) / table.sum()
    table += prior * rates * table.any(axis=1, keepdims=True)
    labels = InformationBottleneck(n_clusters, random_state=0, n_init=4).fit(table).labels_
    return np.where(labels < 0, n_clusters, labels)


def category_losses(category, y, train, test):
    """Return the log loss on the test rows, in bits, for each way to encode the category."""
    names = category.astype(str)[:, None]
    losses = {}
    encoders = {
        "one-hot": OneHotEncoder(handle_unknown="ignore"),
        "target": TargetEncoder(),
    }
    for name, encoder in encoders.items():
        model = make_pipeline(encoder, LogisticRegression(max_iter=1000))
        model.fit(names[train], y[train])
        losses[name] = -EntropyScorer()(model, names[test], y[test])
    for n_clusters in (6, 20, 100):
        for prior in (0, 2):
            of_level = np.full(category.max() + 1, n_clusters)
            found = clusters_of_levels(category[train], y[train], n_clusters, prior)
            of_level[: len(found)] = found
            indicators = sparse.csr_array(np.eye(n_clusters + 1)[of_level[category]])
            model = LogisticRegression(max_iter=1000).fit(indicators[train], y[train])
            losses[f"{n_clusters}, {prior}"] = -EntropyScorer()(model, indicators[test], y[test])
    return losses


def categories():
    """Print the losses of encoded categories."""
    rows = []
    for n_classes in (2, 5):
        for n, n_levels in ((5000, 500), (50_000, 5000)):
            category, y, truth = simulated(2 * n, n_levels, n_classes, seed=n_classes)
            train, test = np.arange(n), np.arange(n, 2 * n)
            best = cross_entropy_loss(y[test], truth[test])
            losses = category_losses(category, y, train, test)
            rows.append([f"six kinds, {n_classes} classes", n, n_levels, best, *losses.values()])
    counts, modules = documentation()
    halves = train_test_split(
        np.arange(len(modules)), test_size=0.5, stratify=modules, random_state=0
    )
    rng = np.random.default_rng(0)
    parts = [words(counts[half], modules[half], rng) for half in halves]
    category, y = (np.concatenate(both) for both in zip(*parts, strict=True))
    train, test = np.split(np.arange(len(y)), [len(parts[0][0])])
    losses = category_losses(category, y, train, test)
    rows.append(["a word, its module", len(train), counts.shape[1], np.nan, *losses.values()])
    print_table(
        "Log loss on test rows, bits: logistic regression on a category (or clusters, prior rows)",
        ["category", "n", "levels", "best", *losses],
        rows,
    )


def documents():
    """Print how well clusters of documents match their modules."""
    counts, modules = documentation()
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    lsa = make_pipeline(TruncatedSVD(100, random_state=0), Normalizer())
    inputs = {
        "bottleneck, counts": (InformationBottleneck, counts),
        "bottleneck, shares": (InformationBottleneck, Normalizer("l1").fit_transform(counts)),
        "KMeans, tf-idf": (KMeans, weighted),
        "KMeans, tf-idf, LSA": (KMeans, lsa.fit_transform(weighted)),
    }
    rows = []
    for name, (clusterer, X) in inputs.items():
        start = time.perf_counter()
        model = clusterer(len(MODULES), n_init=10, random_state=0).fit(X)
        seconds = time.perf_counter() - start
        rows.append([name, normalized_mutual_info_score(modules, model.labels_), seconds])
    print_table(
        f"{counts.shape[0]} documents, {counts.shape[1]} words, {len(MODULES)} modules",
        ["clusters of", "NMI with the module", "seconds"],
        rows,
    )


def vocabulary():
    """Print the loss of a classifier on clusters of words and on words chosen by chi2."""
    counts, modules = documentation()
    train, test = train_test_split(
        np.arange(len(modules)), test_size=0.4, stratify=modules, random_state=0
    )
    X, y = counts[train], modules[train]
    by_module = np.asarray(X.T @ np.eye(len(MODULES))[y])
    rows = []
    for k in (20, 50, 100, 200, counts.shape[1]):
        if k == counts.shape[1]:
            shrunk = {"all": lambda table: table}
        else:
            labels = InformationBottleneck(k, random_state=0, n_init=4).fit(by_module).labels_
            to_clusters = np.eye(k + 1)[labels][:, :k]  # -1, of words not seen, is cut away
            shrunk = {
                "clusters": lambda table, by=to_clusters: table @ by,
                "chi2": SelectKBest(chi2, k=k).fit(X, y).transform,
            }
        for name, shrink in shrunk.items():
            model = make_pipeline(
                FunctionTransformer(lambda table: np.log1p(sparse.csr_array(table))),
                LogisticRegression(max_iter=2000),
            ).fit(shrink(X), y)
            Z = shrink(counts[test])
            loss = -EntropyScorer()(model, Z, modules[test])
            rows.append([k, name, loss, float(model.score(Z, modules[test]))])
    print_table(
        "Which module? Logistic regression on the counts of so many words or clusters of words",
        ["columns", "of", "log loss, bits", "accuracy"],
        rows,
    )


PARTS = {"category": categories, "documents": documents, "vocabulary": vocabulary}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS)
    part = parser.parse_args().part
    for name, run in PARTS.items():
        if part in (None, name):
            run()


if __name__ == "__main__":
    main()
