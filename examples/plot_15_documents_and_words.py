"""
================================================
Documents sorted, and a vocabulary made smaller
================================================

A table of documents and words is a joint distribution, and so it can be compressed from either
side. Documents become clusters T that keep what they say of the words, :math:`I(T; W)`: a sorting
of the documents that nobody told what to look for. Words become clusters that keep what they say
of the subject, :math:`I(T; Y)`: a vocabulary of a few dozen in place of thousands.

The documents are those of the functions of NumPy, SciPy and scikit-learn, and the subject is the
module that a function is in.
"""

# %%
# Each function of fourteen modules with its documentation, as counts of words.

import importlib
import inspect

import matplotlib.pyplot as plt
import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import LatentDirichletAllocation, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import normalized_mutual_info_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skinfo import EntropyScorer
from skinfo.cluster import InformationBottleneck
from skinfo.measures import kl_divergence

MODULES = [
    *("numpy.fft", "numpy.linalg", "numpy.ma", "numpy.random"),
    *("scipy.integrate", "scipy.interpolate", "scipy.ndimage", "scipy.optimize"),
    *("scipy.signal", "scipy.special", "scipy.stats"),
    *("sklearn.datasets", "sklearn.linear_model", "sklearn.metrics"),
]
documents, subject = [], []
for module in map(importlib.import_module, MODULES):
    for name in module.__all__:
        text = inspect.getdoc(getattr(module, name)) or ""
        if len(text) > 400 and callable(getattr(module, name)):
            documents.append(text)
            subject.append(module.__name__)
subject = np.array(subject)
vectorizer = CountVectorizer(token_pattern=r"[a-z]{3,}", min_df=3, stop_words="english")
counts = vectorizer.fit_transform(documents)
words = vectorizer.get_feature_names_out()
print(f"{counts.shape[0]} functions, {counts.shape[1]} words, {len(MODULES)} modules")

# %%
# **Documents.** As many clusters as modules, found from the words alone. Beside them the usual
# recipes: KMeans on weighted words, with and without latent semantic analysis (LSA), and latent
# Dirichlet allocation (LDA), whose most probable topic is taken. How much the clusters have in
# common with the modules is their normalized mutual information; 1 would be the modules.
#
# A word that occurred once in a document often occurs there again, so ten of the same are not ten
# pieces of evidence. ``counts`` says what they are taken for: all ten (``"raw"``), their square
# root, or one (``"binary"``).

k = len(MODULES)
weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
lsa = make_pipeline(TruncatedSVD(100, random_state=0), Normalizer()).fit_transform(weighted)
topics = LatentDirichletAllocation(k, random_state=0).fit_transform(counts)
clusters = {
    f"bottleneck, {kind}": InformationBottleneck(k, counts=kind, random_state=0).fit_predict(
        counts
    )
    for kind in ("raw", "sqrt", "binary")
}
by_bits = clusters["bottleneck, raw"]
clusters["KMeans on LSA"] = KMeans(k, n_init=10, random_state=0).fit_predict(lsa)
clusters["KMeans on tf-idf"] = KMeans(k, n_init=10, random_state=0).fit_predict(weighted)
clusters["LDA"] = topics.argmax(axis=1)
agreement = {name: normalized_mutual_info_score(subject, c) for name, c in clusters.items()}
for name, value in agreement.items():
    print(f"{name:20} {value:.2f}")

# %%
# Left: where the functions of each module went, with raw counts. Right: the agreement of each
# method with the modules.

table = np.array([np.bincount(by_bits[subject == m], minlength=k) for m in MODULES])
order = np.argsort(table.argmax(axis=0), kind="stable")
fig, (table_ax, bar_ax) = plt.subplots(
    1, 2, figsize=(11, 4.8), width_ratios=[5, 4], layout="constrained"
)
share = table[:, order] / table.sum(axis=1, keepdims=True)
image = table_ax.imshow(100 * share, cmap="Blues", vmin=0, vmax=100, aspect="auto")
table_ax.set_yticks(range(k), MODULES)
table_ax.set_xticks(range(k), range(1, k + 1))
table_ax.set_xlabel("Cluster of documents")
table_ax.set_title("Where the functions of a module went", fontsize=11)
fig.colorbar(image, ax=table_ax, label="Share of the module's functions (%)")
colors = ["#0072B2" if name.startswith("bottleneck") else "#999999" for name in agreement]
bars = bar_ax.barh(list(agreement), list(agreement.values()), color=colors)
bar_ax.bar_label(bars, fmt="%.2f", padding=3)
bar_ax.invert_yaxis()
bar_ax.set_xlim(0, 1)
bar_ax.set_xlabel("Normalized mutual information")
bar_ax.set_title("Agreement of clusters and modules", fontsize=11)
bar_ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# **Words.** The rows are now the words, and the columns the modules in whose documentation they
# stand. Three fifths of the functions make the clusters; the others judge them.

train, test = train_test_split(
    np.arange(len(subject)), test_size=0.4, stratify=subject, random_state=0
)
by_module = np.array([counts[train][subject[train] == module].sum(axis=0) for module in MODULES])
by_module = by_module.reshape(len(MODULES), -1).T
few = InformationBottleneck(20, random_state=0).fit(by_module)
print(f"20 clusters keep {few.relevance_:.0%} of what {len(words)} words say of the module.")
# The clusters that say the most: p(t) times the divergence of p(y | t) from p(y).
rates = few.cluster_weights_ @ few.cluster_distributions_
bits = few.cluster_weights_ * kl_divergence(few.cluster_distributions_, rates)
for cluster in np.argsort(-bits)[:4]:
    members = np.flatnonzero(few.labels_ == cluster)
    common = members[np.argsort(-by_module[members].sum(axis=1))[:7]]
    print(f"  {bits[cluster]:.2f} bits, {len(members)} words: {', '.join(words[common])}, ...")

# %%
# What is lost? A logistic regression tells the module from the counts of the clusters, from those
# of as many single words that chi2 chooses, and from all words.

scorer = EntropyScorer()


def loss(shrink):
    """Return the log loss on the test functions, in bits, of counts that are shrunk first."""
    small = [np.log1p(sparse.csr_array(shrink(counts[rows]))) for rows in (train, test)]
    model = LogisticRegression(max_iter=2000).fit(small[0], subject[train])
    return -scorer(model, small[1], subject[test])


sizes = [10, 20, 50, 100, 200]
of_clusters, of_words = [], []
for k in sizes:
    labels = InformationBottleneck(k, n_init=4, random_state=0).fit(by_module).labels_
    to_clusters = np.eye(k + 1)[labels][:, :k]  # a word not seen in training has no cluster
    chosen = SelectKBest(chi2, k=k).fit(counts[train], subject[train])
    of_clusters.append(loss(lambda table, by=to_clusters: table @ by))
    of_words.append(loss(chosen.transform))
of_all = loss(lambda table: table)
for k, a, b in zip(sizes, of_clusters, of_words, strict=True):
    print(f"{k:4} columns: clusters {a:.2f} bits, single words {b:.2f} bits")
print(f"{len(words):4} words: {of_all:.2f} bits")

# %%
# The picture of both: what a smaller vocabulary costs.

fig, loss_ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
loss_ax.plot(sizes, of_words, "s--", color="#D55E00", label="single words chosen by chi2")
loss_ax.plot(sizes, of_clusters, "o-", color="#0072B2", label="clusters of words")
loss_ax.axhline(of_all, color="black", linewidth=1, linestyle=":", label=f"all {len(words)} words")
loss_ax.set_xscale("log")
loss_ax.set_xticks(sizes, sizes)
loss_ax.minorticks_off()
loss_ax.set_ylim(0)
loss_ax.set_xlabel("Columns")
loss_ax.set_ylabel("Log loss (bits a function)")
loss_ax.set_title("What a smaller vocabulary costs", fontsize=11)
loss_ax.legend()
plt.show()

# %%
# What to take away: no weighting of words is needed, and a long document weighs more than a short
# one, as it should where it says more. Here the transform of the counts hardly matters; on pages
# that repeat their words, such as manuals, try ``counts="sqrt"`` and ``"binary"``. Words that say
# the same of the subject become one, which a choice of single words cannot do: that has to leave
# most of the vocabulary out. A few dozen clusters lose little beside the whole vocabulary, and on
# few documents they may even do better, having less to learn. Clusters of words were made with the
# subject known, so they are judged on documents that took no part in it.
