"""Applications of the information bottleneck: categories, documents and vocabularies.

    python benchmarks/bottleneck_uses.py [--part category|documents|vocabulary]

Categories: a column of many levels is replaced by indicators of clusters of levels, for a logistic
regression; compared with one-hot and target encoding. The simulated levels have one of six
distributions of y, so that the best loss is known; the real ones are words, and y the module
whose documentation contains the word. Documents: documentation of functions, clustered without
their module, and the normalised mutual information (NMI) with the module. Vocabulary: documents
as counts of clusters of words, compared with the same number of words selected by chi2.
"""

import argparse
import importlib
import inspect
import time
import warnings

import numpy as np
from _table import parse_arguments, print_table
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
    """Return the word counts of each function's documentation, and the index of its module."""
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
    """Return a category, y with six distributions over the levels, and that of each row."""
    rng = np.random.default_rng(seed)
    of_kind = rng.dirichlet(np.full(n_classes, 0.7), size=6)
    kind = rng.integers(6, size=n_levels)
    weight = rng.pareto(1.0, n_levels) + 0.1
    category = rng.choice(n_levels, size=n, p=weight / weight.sum())
    truth = of_kind[kind[category]]
    return category, (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1), truth


def words(counts, modules, rng, per_document=20):
    """Return words drawn from the documents as a category, and the module of each."""
    drawn = []
    for start, end in zip(counts.indptr[:-1], counts.indptr[1:], strict=True):
        p = counts.data[start:end] / counts.data[start:end].sum()
        drawn.append(rng.choice(counts.indices[start:end], size=per_document, p=p))
    return np.concatenate(drawn), np.repeat(modules, per_document)


def clusters_of_levels(category, y, n_clusters, prior):
    """Return the cluster of each level; levels that do not occur have a separate one.

    `prior` rows with the class proportions are added to each level: a level that occurs once
    would otherwise be treated as one whose class is certain.
    """
    table = np.zeros((category.max() + 1, y.max() + 1))
    np.add.at(table, (category, y), 1.0)
    rates = table.sum(axis=0) / table.sum()
    table += prior * rates * table.any(axis=1, keepdims=True)
    labels = InformationBottleneck(n_clusters, random_state=0, n_init=4).fit(table).labels_
    return np.where(labels < 0, n_clusters, labels)


def category_losses(category, y, train, test):
    """Return the log loss on the test rows, in bits, for each encoding of the category."""
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
            name = f"{n_clusters} clusters, {prior} prior rows"
            losses[name] = -EntropyScorer()(model, indicators[test], y[test])
    return losses


def categories():
    """Print the losses of encodings of categories."""
    rows = []
    for n_classes in (2, 5):
        for n, n_levels in ((5000, 500), (50_000, 5000)):
            category, y, truth = simulated(2 * n, n_levels, n_classes, seed=n_classes)
            train, test = np.arange(n), np.arange(n, 2 * n)
            best = cross_entropy_loss(y[test], truth[test])
            losses = category_losses(category, y, train, test)
            rows.append([f"simulated, {n_classes} classes", n, n_levels, best, *losses.values()])
    counts, modules = documentation()
    halves = train_test_split(
        np.arange(len(modules)), test_size=0.5, stratify=modules, random_state=0
    )
    rng = np.random.default_rng(0)
    parts = [words(counts[half], modules[half], rng) for half in halves]
    category, y = (np.concatenate(both) for both in zip(*parts, strict=True))
    train, test = np.split(np.arange(len(y)), [len(parts[0][0])])
    losses = category_losses(category, y, train, test)
    rows.append(
        [f"words, {len(MODULES)} modules", len(train), counts.shape[1], "", *losses.values()]
    )
    print_table(
        "Categories: log loss of a logistic regression on test rows (bits), sizes in the rows",
        ["category", "n", "levels", "true distribution", *losses],
        rows,
    )


def documents():
    """Print the agreement of clusters of documents with their modules."""
    counts, modules = documentation()
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    lsa = make_pipeline(TruncatedSVD(100, random_state=0), Normalizer())
    inputs = {
        "bottleneck, counts": (InformationBottleneck, counts),
        "bottleneck, proportions": (InformationBottleneck, Normalizer("l1").fit_transform(counts)),
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
        f"Documents: {counts.shape[0]:,} documents, {counts.shape[1]:,} words, "
        f"{len(MODULES)} clusters and modules, 10 starts",
        ["method", "NMI with the module", "seconds"],
        rows,
    )


def vocabulary():
    """Print the loss of a classifier on clusters of words and on words selected by chi2."""
    counts, modules = documentation()
    train, test = train_test_split(
        np.arange(len(modules)), test_size=0.4, stratify=modules, random_state=0
    )
    X, y = counts[train], modules[train]
    by_module = np.asarray(X.T @ np.eye(len(MODULES))[y])
    rows = []
    for k in (20, 50, 100, 200, counts.shape[1]):
        if k == counts.shape[1]:
            shrunk = {"all words": lambda table: table}
        else:
            labels = InformationBottleneck(k, random_state=0, n_init=4).fit(by_module).labels_
            # The label of a word without counts is -1, and this column is dropped.
            to_clusters = np.eye(k + 1)[labels][:, :k]
            shrunk = {
                "clusters of words": lambda table, by=to_clusters: table @ by,
                "words by chi2": SelectKBest(chi2, k=k).fit(X, y).transform,
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
        f"Vocabulary: logistic regression of the module, {len(train):,} training and "
        f"{len(test):,} test documents, {counts.shape[1]:,} words",
        ["columns", "method", "log loss (bits)", "accuracy"],
        rows,
    )


PARTS = {"category": categories, "documents": documents, "vocabulary": vocabulary}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS)
    part = parse_arguments(parser).part
    for name, run in PARTS.items():
        if part in (None, name):
            run()


if __name__ == "__main__":
    main()
