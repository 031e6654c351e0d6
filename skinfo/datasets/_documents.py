"""Word counts of documents of known topics."""

from numbers import Real
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.utils import Bunch

from skinfo.datasets._truth import RANDOM_STATES, random_generator, with_truth
from skinfo.measures import mutual_information
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._validation import count_from


@validate_params(
    {
        "n_samples": [count_from(1)],
        "n_words": [count_from(1)],
        "n_topics": [count_from(1)],
        "length": [Interval(Real, 0, None, closed="left")],
        "common": [Interval(Real, 0, 1, closed="both")],
        "exponent": [Interval(Real, 0, None, closed="left")],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_documents(
    n_samples: int = 1000,
    n_words: int = 500,
    n_topics: int = 10,
    *,
    length: float = 60,
    common: float = 0.5,
    exponent: float = 0.0,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate word counts of documents that are on one topic each.

    Each word of a document is drawn from a distribution shared by all topics with the probability
    `common`, otherwise from the distribution of its topic. The distributions are drawn from
    Dirichlet distributions, so that topics have few characteristic words.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of documents.

    n_words : int, default=500
        Number of words in the vocabulary.

    n_topics : int, default=10
        Number of topics.

    length : float, default=60
        The number of words of a document is one plus a Poisson variable of this mean.

    common : float, default=0.5
        Proportion of the words from the shared distribution. 1: words are independent of the
        topic.

    exponent : float, default=0.0
        The proportion of topic k = 1, 2, ... is proportional to ``k ** -exponent``.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : csr_matrix of shape (n_samples, n_words)
        Counts of words.

    topics : ndarray of shape (n_samples,), dtype int
        The topic of each document.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of one word about the
        topic of its document, and ``by_feature`` (n_words,), the contribution of each word: its
        probability times the divergence of the topics given the word from their proportions.
        ``joint`` (n_topics, n_words) is the distribution of topics and words.

    See Also
    --------
    skinfo.InformationBottleneck : Clusters documents by their words.

    Examples
    --------
    >>> from skinfo.datasets import make_documents
    >>> X, topics, information = make_documents(return_information=True, random_state=0)
    >>> X.shape, round(information.total, 2)
    ((1000, 500), 0.99)
    """
    rng = random_generator(random_state)
    background = rng.dirichlet(np.full(n_words, 0.3))
    own = rng.dirichlet(np.full(n_words, 0.05), n_topics)
    given_topic = common * background + (1 - common) * own
    cumulated = np.cumsum(given_topic, axis=1)
    sizes = np.arange(1.0, n_topics + 1) ** -exponent
    topics = rng.choice(n_topics, n_samples, p=sizes / sizes.sum())
    lengths = rng.poisson(length, n_samples) + 1
    words = [
        np.searchsorted(cumulated[topic], rng.random(n) * cumulated[topic, -1])
        for topic, n in zip(topics, lengths, strict=True)
    ]
    rows = np.repeat(np.arange(n_samples), lengths)
    counts = sp.csr_matrix(
        (np.ones(len(rows)), (rows, np.concatenate(words))), shape=(n_samples, n_words)
    )
    counts.sum_duplicates()

    def truth():
        joint = given_topic * (sizes / sizes.sum() / given_topic.sum(axis=1))[:, np.newaxis]
        independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
        # A word that never occurs has probability zero, without logarithm.
        ratio = np.divide(joint, independent, out=np.ones_like(joint), where=joint > 0)
        return Bunch(
            total=float(mutual_information(joint, normalize=True)),
            by_feature=(joint * np.log2(ratio)).sum(axis=0),
            joint=joint,
        )

    return with_truth((counts, topics), truth, return_information)
