"""What clusterings of counts keep of the columns, and whether they find groups that are known.

pip install sib-clustering
python benchmarks/bottleneck_quality.py

I(T; Y) in bits, and normalised mutual information (NMI) of the clusters with the groups, which no
method sees: planted topics or categories, the digit that a picture shows, the module of a
docstring. Ten starts each, the same table for all; `skinfo` uses `sequential` but where it says
so. K-means also sees the rows divided by their sums, which are nearer to what the
bottleneck looks at.
"""

import warnings

import numpy as np
import scipy.sparse as sp
from _table import print_table
from bottleneck_tables import digit_pixels, docstring_words, planted_categories, planted_documents
from sib import SIB
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import normalize

from skinfo.cluster import InformationBottleneck
from skinfo.measures import mutual_information

CASES = {
    "categories, 10": (planted_categories(), 10),
    "categories, 50": (planted_categories(1000, 40, 50), 50),
    "documents, easy": (planted_documents(0.6), 20),
    "documents, fair": (planted_documents(0.75), 20),
    "documents, hard": (planted_documents(0.85), 20),
    "digits": (digit_pixels(), 10),
    "docstrings": (docstring_words(), 14),
}

# The agglomerative tree takes time with the square of the rows.
MOST_ROWS_OF_TREE = 2000


def bits_kept(X, labels):
    """Return I(T; Y) in bits."""
    members = sp.csr_array((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    return float(mutual_information(members @ sp.csr_array(X).toarray(), normalize=True))


def clusterings(X, n_clusters):
    """Return the labels of each method by its name."""
    labels = {
        "skinfo": InformationBottleneck(n_clusters, random_state=0).fit_predict(X),
        "sib": SIB(n_clusters, random_state=0, n_init=10, n_jobs=1, uniform_prior=False)
        .fit(X)
        .labels_,
        "k-means": KMeans(n_clusters, n_init=10, random_state=0).fit_predict(X),
        "k-means of shares": KMeans(n_clusters, n_init=10, random_state=0).fit_predict(
            normalize(X, "l1")
        ),
    }
    if X.shape[0] <= MOST_ROWS_OF_TREE:
        tree = InformationBottleneck(n_clusters, algorithm="agglomerative")
        labels["skinfo, agglomerative"] = tree.fit_predict(X)
    return labels


def main():
    """Print the table."""
    warnings.simplefilter("ignore")  # of sib-clustering, on sparse matrices
    rows = []
    for name, ((X, groups), n_clusters) in CASES.items():
        for method, labels in clusterings(X, n_clusters).items():
            nmi = normalized_mutual_info_score(groups, labels)
            rows.append([name, method, bits_kept(X, labels), nmi])
    print_table("What the clusters say", ["table", "method", "I(T; Y)", "NMI"], rows)


if __name__ == "__main__":
    main()
