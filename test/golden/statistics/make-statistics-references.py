"""
Frozen references for common/study/statistics and common/study/confusion-matrix.ts: what SciPy, statsmodels and NumPy compute.

    pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0
    python test/golden/statistics/make-statistics-references.py

Writes references.json. Random numbers are PCG64's, seed 17.

- incompleteBeta: scipy.special.betainc
- wilson: statsmodels.stats.proportion.proportion_confint(method='wilson')
- mcnemar: statsmodels.stats.contingency_tables.mcnemar(exact=True)
- pairedT: scipy.stats.ttest_rel and its confidence_interval
- bootstrap: all n^n resamples one by one, numpy.percentile(method='inverted_cdf'); scipy.stats.bootstrap(method='percentile') with
  200,000 random ones must agree to 2 % of the values' range from six values on
- deviations: numpy.mean, numpy.std(ddof=1)
- predictions: two made-up classifiers on the same images, counted by numpy
"""

import itertools
import json
import platform
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

random = np.random.default_rng(17)


def interval(low, high):
    return {'low': float(low), 'high': float(high)}


def beta_case(x, a, b):
    return {'x': x, 'a': a, 'b': b, 'value': float(special.betainc(a, b, x))}


def wilson_case(successes, trials):
    return {
        'successes': successes,
        'trials': trials,
        'interval': interval(*proportion_confint(successes, trials, alpha=0.05, method='wilson')),
    }


def mcnemar_case(first_only, second_only):
    return {
        'firstOnly': first_only,
        'secondOnly': second_only,
        'pValue': float(mcnemar([[50, first_only], [second_only, 20]], exact=True).pvalue),
    }


def paired_case(first, second):
    result = stats.ttest_rel(second, first)
    return {
        'first': list(first),
        'second': list(second),
        'meanDifference': float(np.mean(np.subtract(second, first))),
        't': float(result.statistic),
        'degreesOfFreedom': int(result.df),
        'pValue': float(result.pvalue),
        'interval': interval(*result.confidence_interval(0.95)),
    }


def bootstrap_case(values):
    values = np.array(values)
    n = len(values)
    means = np.array([values[list(draw)].mean() for draw in itertools.product(range(n), repeat=n)])
    low, high = np.percentile(means, [2.5, 97.5], method='inverted_cdf')
    if n >= 6:
        sampled = stats.bootstrap((values,), np.mean, n_resamples=200_000, method='percentile', rng=17).confidence_interval
        assert max(abs(sampled.low - low), abs(sampled.high - high)) <= 0.02 * np.ptp(values), (sampled, low, high)
    return {'values': values.tolist(), 'interval': interval(low, high)}


def deviation_case(values):
    return {'values': list(values), 'mean': float(np.mean(values)), 'standardDeviation': float(np.std(values, ddof=1))}


def predictions_case(classes, images):
    labels = random.integers(classes, size=images)

    def predicted(accuracy):
        return np.where(random.random(images) < accuracy, labels, random.integers(classes, size=images))

    first, second = predicted(0.6), predicted(0.7)

    def counted(predicted):
        matrix = np.zeros((classes, classes), int)
        np.add.at(matrix, (labels, predicted), 1)
        right = int(np.trace(matrix))
        return {
            'predicted': predicted.tolist(),
            'confusion': matrix.tolist(),
            'accuracyByClass': (np.diag(matrix) / matrix.sum(1)).tolist(),
            'top1': float(np.mean(predicted == labels)),
            'interval': interval(*proportion_confint(right, images, method='wilson')),
        }

    first_only = int(np.sum((first == labels) & (second != labels)))
    second_only = int(np.sum((first != labels) & (second == labels)))
    return {
        'labels': labels.tolist(),
        'first': counted(first),
        'second': counted(second),
        'mcnemar': mcnemar_case(first_only, second_only),
    }


def fractions(count):
    return random.uniform(0.3, 0.9, count).round(4).tolist()


references = {
    'versions': {
        'python': platform.python_version(),
        'numpy': np.__version__,
        'scipy': scipy.__version__,
        'statsmodels': statsmodels.__version__,
    },
    'incompleteBeta': [
        beta_case(x, a, b)
        for a, b in [(0.5, 0.5), (1, 0.5), (3.5, 0.5), (2, 7), (40, 0.5), (300, 290), (25_000, 24_800), (90_000, 89_000)]
        for x in [0.0, 1e-12, 0.01, 0.3, 0.499, 0.5, 0.505, 0.9, 1 - 1e-9, 1.0]
    ],
    'wilson': [
        wilson_case(*case)
        for case in [(0, 1), (1, 1), (0, 500), (500, 500), (1, 7), (250, 500), (261, 500), (7, 10_000), (39_999, 50_000)]
    ],
    'mcnemar': [
        mcnemar_case(*case)
        for case in [(1, 0), (0, 3), (5, 5), (5, 6), (2, 11), (12, 12), (13, 12), (40, 71), (500, 610), (0, 200), (9_000, 9_400)]
    ],
    'pairedT': [
        paired_case([0.5, 0.6], [0.52, 0.61]),
        paired_case([0.51, 0.55, 0.49], [0.55, 0.56, 0.52]),
        paired_case([0.51, 0.55, 0.49], [0.5, 0.57, 0.49]),
        *(paired_case(fractions(n), fractions(n)) for n in (2, 3, 4, 6, 8, 40)),
        paired_case([100.0, 101.0, 99.0, 100.5], [1.0, 1.5, 0.7, 1.1]),
    ],
    'bootstrap': [
        bootstrap_case([0.5, 0.6]),
        bootstrap_case([0.7, 0.7, 0.7]),
        bootstrap_case([0.51, 0.55, 0.49]),
        *(bootstrap_case(fractions(n)) for n in (4, 5, 6, 7)),
        bootstrap_case([-3.0, 40.0, 41.0, 41.0, 90.0]),
    ],
    'deviations': [deviation_case(fractions(n)) for n in (2, 3, 8)] + [deviation_case([1e6 + 0.1, 1e6 + 0.2, 1e6 + 0.4])],
    'predictions': [predictions_case(4, 60), predictions_case(10, 400)],
}

path = Path(__file__).resolve().parent / 'references.json'
path.write_text(json.dumps(references) + '\n')
print(f'{path}: {path.stat().st_size} bytes')
