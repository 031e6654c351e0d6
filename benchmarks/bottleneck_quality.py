"""What clusterings of counts keep of the columns, and whether they find groups that are known.

pip install sib-clustering
python benchmarks/bottleneck_quality.py

Normalised mutual information (NMI) and adjusted Rand index of the clusters with the groups, which
no method sees: planted topics or categories, the digit that a picture shows, the module of a
docstring. Last the bits of I(T; Y) that the clusters keep of the raw counts. Ten starts each;
`skinfo` uses `sequential` and raw counts but where it says so. K-means also sees the rows divided
by their sums, and the latent semantic analysis (LSA) of tf-idf weights; LDA is latent Dirichlet
allocation, one start, its most probable topic.
"""

import warnings

import numpy as np
import scipy.sparse as sp
from _table import print_table
from bottleneck_tables import digit_pixels, docstring_words, planted_categories, planted_documents
from sib import SIB
from sklearn.cluster import KMeans
from sklearn.decomposition import LatentDirichletAllocation, TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, normalize

from skinfo.cluster import InformationBottleneck
from skinfo.measures import mutual_information

CASES = {
    "categories, 10": (planted_categories(), 10),
    "categories, 50": (planted_categories(1000, 40, 50), 50),
    "documents, fair": (planted_documents(0.75, 2000), 20),
    "documents, hard": (planted_documents(0.85, 2000), 20),
    "documents, short": (planted_documents(0.7, 2000, 1000, 10, 15), 10),
    "documents, uneven": (planted_documents(0.7, 2000, 1000, exponent=1.0), 20),
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
        "skinfo, beta=10": {"beta": 10.0},
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
    labels["k-means of shares"] = k_means.fit_predict(normalize(X, "l1"))
    labels["k-means, LSA"] = k_means.fit_predict(lsa.fit_transform(X))
    topics = LatentDirichletAllocation(n_clusters, random_state=0).fit_transform(X)
    labels["LDA"] = topics.argmax(axis=1)
    return labels


def main():
    """Print the table."""
    warnings.simplefilter("ignore")  # of sib-clustering, on sparse matrices
    rows = []
    for name, ((X, groups), n_clusters) in CASES.items():
        for method, labels in clusterings(X, n_clusters).items():
            nmi = normalized_mutual_info_score(groups, labels)
            rand = adjusted_rand_score(groups, labels)
            rows.append([name, method, nmi, rand, bits_kept(X, labels)])
    print_table("What the clusters say", ["table", "method", "NMI", "ARI", "I(T; Y)"], rows)


if __name__ == "__main__":
    main()
