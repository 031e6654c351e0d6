"""Agreement of clusters of counts with known groups, and their information about the columns.

pip install sib-clustering
python benchmarks/bottleneck_quality.py

Normalised mutual information (NMI) and adjusted Rand index (ARI) of the clusters with the groups,
which no method knows: planted topics or categories, the digit of a picture, the module of a
docstring. The last column is I(T; Y) in bits, of the raw counts. Ten starts each; `skinfo` uses
`sequential` and raw counts unless stated otherwise. K-means is also fitted to the rows divided by
their sums, and to the latent semantic analysis (LSA) of tf-idf weights; LDA is latent Dirichlet
allocation, one start, its most probable topic.

Two virtual cores, November 2026, rounded:

    table              method                   NMI   ARI   I(T; Y)
    categories, 10     skinfo                   1.00  1.00  0.448
    categories, 10     skinfo, counts="sqrt"    1.00  1.00  0.448
    categories, 10     skinfo, counts="binary"  0.65  0.51  0.293
    categories, 10     skinfo, beta=20          1.00  1.00  0.448
    categories, 10     skinfo, agglomerative    1.00  1.00  0.448
    categories, 10     sib                      1.00  1.00  0.448
    categories, 10     k-means                  1.00  1.00  0.448
    categories, 10     k-means of proportions   1.00  1.00  0.448
    categories, 10     k-means, LSA             1.00  1.00  0.448
    categories, 10     LDA                      0.92  0.84  0.413
    categories, 50     skinfo                   1.00  1.00  0.604
    categories, 50     skinfo, counts="sqrt"    1.00  1.00  0.604
    categories, 50     skinfo, counts="binary"  0.85  0.68  0.490
    categories, 50     skinfo, beta=20          1.00  1.00  0.604
    categories, 50     skinfo, agglomerative    1.00  1.00  0.604
    categories, 50     sib                      0.98  0.93  0.586
    categories, 50     k-means                  0.99  0.98  0.599
    categories, 50     k-means of proportions   0.99  0.98  0.599
    categories, 50     k-means, LSA             0.99  0.96  0.591
    categories, 50     LDA                      0.95  0.85  0.545
    documents, fair    skinfo                   0.99  0.99  0.677
    documents, fair    skinfo, counts="sqrt"    0.99  0.99  0.677
    documents, fair    skinfo, counts="binary"  0.98  0.98  0.677
    documents, fair    skinfo, beta=20          0.99  0.99  0.677
    documents, fair    skinfo, agglomerative    0.99  0.99  0.677
    documents, fair    sib                      0.99  0.99  0.677
    documents, fair    k-means                  0.25  0.10  0.353
    documents, fair    k-means of proportions   0.19  0.07  0.336
    documents, fair    k-means, LSA             0.99  0.98  0.676
    documents, fair    LDA                      0.41  0.25  0.439
    documents, hard    skinfo                   0.61  0.53  0.446
    documents, hard    skinfo, counts="sqrt"    0.66  0.61  0.451
    documents, hard    skinfo, counts="binary"  0.63  0.57  0.450
    documents, hard    skinfo, beta=20          0.60  0.51  0.443
    documents, hard    skinfo, agglomerative    0.61  0.53  0.446
    documents, hard    sib                      0.62  0.55  0.447
    documents, hard    k-means                  0.04  0.00  0.231
    documents, hard    k-means of proportions   0.03  0.00  0.217
    documents, hard    k-means, LSA             0.33  0.22  0.382
    documents, hard    LDA                      0.08  0.02  0.305
    documents, short   skinfo                   0.73  0.75  0.715
    documents, short   skinfo, counts="sqrt"    0.72  0.73  0.715
    documents, short   skinfo, counts="binary"  0.73  0.74  0.714
    documents, short   skinfo, beta=20          0.74  0.75  0.715
    documents, short   skinfo, agglomerative    0.73  0.75  0.715
    documents, short   sib                      0.74  0.76  0.715
    documents, short   k-means                  0.06  0.02  0.344
    documents, short   k-means of proportions   0.06  0.02  0.360
    documents, short   k-means, LSA             0.61  0.51  0.652
    documents, short   LDA                      0.14  0.09  0.477
    documents, uneven  skinfo                   0.96  0.82  0.635
    documents, uneven  skinfo, counts="sqrt"    0.94  0.74  0.635
    documents, uneven  skinfo, counts="binary"  0.91  0.66  0.633
    documents, uneven  skinfo, beta=20          0.99  0.99  0.628
    documents, uneven  skinfo, agglomerative    0.96  0.82  0.635
    documents, uneven  sib                      0.92  0.70  0.633
    documents, uneven  k-means                  0.70  0.42  0.531
    documents, uneven  k-means of proportions   0.73  0.52  0.545
    documents, uneven  k-means, LSA             0.90  0.68  0.615
    documents, uneven  LDA                      0.86  0.83  0.568
    digits             skinfo                   0.74  0.64  0.245
    digits             skinfo, counts="sqrt"    0.70  0.59  0.244
    digits             skinfo, counts="binary"  0.61  0.50  0.231
    digits             skinfo, beta=20          0.72  0.54  0.242
    digits             skinfo, agglomerative    0.74  0.64  0.245
    digits             sib                      0.72  0.61  0.245
    digits             k-means                  0.74  0.67  0.241
    digits             k-means of proportions   0.74  0.66  0.241
    digits             k-means, LSA             0.65  0.52  0.231
    digits             LDA                      0.65  0.55  0.226
    docstrings         skinfo                   0.79  0.57  1.494
    docstrings         skinfo, counts="sqrt"    0.77  0.56  1.490
    docstrings         skinfo, counts="binary"  0.76  0.54  1.472
    docstrings         skinfo, beta=20          0.79  0.58  1.494
    docstrings         skinfo, agglomerative    0.79  0.57  1.494
    docstrings         sib                      0.78  0.58  1.474
    docstrings         k-means                  0.49  0.20  1.059
    docstrings         k-means of proportions   0.55  0.24  0.989
    docstrings         k-means, LSA             0.74  0.46  1.447
    docstrings         LDA                      0.59  0.36  1.339
"""

import argparse
import warnings

import numpy as np
import scipy.sparse as sp
from _bottleneck_tables import digit_pixels, docstring_words, planted_categories
from _table import parse_arguments, print_table
from sib import SIB
from sklearn.cluster import KMeans
from sklearn.decomposition import LatentDirichletAllocation, TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, normalize

from skinfo.cluster import InformationBottleneck
from skinfo.datasets import make_documents
from skinfo.measures import mutual_information

CASES = {
    "categories, 10": (planted_categories(), 10),
    "categories, 50": (planted_categories(1000, 40, 50), 50),
    "documents, fair": (make_documents(2000, 2000, 20, common=0.75, random_state=0), 20),
    "documents, hard": (make_documents(2000, 2000, 20, common=0.85, random_state=0), 20),
    "documents, short": (
        make_documents(2000, 1000, 10, length=15, common=0.7, random_state=0),
        10,
    ),
    "documents, uneven": (
        make_documents(2000, 1000, 20, common=0.7, exponent=1.0, random_state=0),
        20,
    ),
    "digits": (digit_pixels(), 10),
    "docstrings": (docstring_words(), 14),
}


def bits_kept(X, labels):
    """Return I(T; Y) in bits."""
    members = sp.csr_array((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    return float(mutual_information(members @ sp.csr_array(X).toarray(), normalize=True))


def clusterings(X, n_clusters):
    """Return the labels of each method by its name."""
    ours = {
        "skinfo": {},
        'skinfo, counts="sqrt"': {"counts": "sqrt"},
        'skinfo, counts="binary"': {"counts": "binary"},
        "skinfo, beta=20": {"beta": 20.0},
        "skinfo, agglomerative": {"algorithm": "agglomerative"},
    }
    labels = {
        name: InformationBottleneck(n_clusters, random_state=0, **options).fit_predict(X)
        for name, options in ours.items()
    }
    theirs = SIB(n_clusters, random_state=0, n_init=10, n_jobs=1, uniform_prior=False)
    labels["sib"] = theirs.fit(X).labels_
    k_means = KMeans(n_clusters, n_init=10, random_state=0)
    n_components = min(100, X.shape[1] - 1)
    lsa = make_pipeline(
        TfidfTransformer(sublinear_tf=True),
        TruncatedSVD(n_components, random_state=0),
        Normalizer(),
    )
    labels["k-means"] = k_means.fit_predict(X)
    labels["k-means of proportions"] = k_means.fit_predict(normalize(X, "l1"))
    labels["k-means, LSA"] = k_means.fit_predict(lsa.fit_transform(X))
    topics = LatentDirichletAllocation(n_clusters, random_state=0).fit_transform(X)
    labels["LDA"] = topics.argmax(axis=1)
    return labels


def main():
    """Print the table."""
    parse_arguments(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    warnings.simplefilter("ignore")  # of sib-clustering, on sparse matrices
    rows = []
    for name, ((X, groups), n_clusters) in CASES.items():
        for method, labels in clusterings(X, n_clusters).items():
            nmi = normalized_mutual_info_score(groups, labels)
            rand = adjusted_rand_score(groups, labels)
            rows.append([name, *X.shape, n_clusters, method, nmi, rand, bits_kept(X, labels)])
    print_table(
        "Clusters of counts: sizes in the rows, ten starts",
        ["table", "rows", "columns", "clusters", "method", "NMI", "ARI", "I(T; Y) (bits)"],
        rows,
    )


if __name__ == "__main__":
    main()
