"""Many questions at once: how many of the answers "that stands out" may be false.

With hundreds of cells or series, one in twenty would stand out by chance at p ≤ 0.05. The false discovery rate is the
share of false ones among those that are pointed at: Y. Benjamini, Y. Hochberg, Journal of the Royal Statistical Society B
57 (1995) 289-300. It holds for neighbours that overlap, too (Benjamini, Yekutieli, Annals of Statistics 29 (2001) 1165-1188;
for Gi* see Caldas de Castro, Singer, Geographical Analysis 38 (2006) 180-208).
"""

from collections.abc import Sequence


def discoveries(p_values: Sequence[float]) -> list[float]:
    """For each p its q: the smallest false discovery rate at which it stands out. In the order given."""
    many = len(p_values)
    order = sorted(range(many), key=p_values.__getitem__, reverse=True)
    found, least = [1.0] * many, 1.0
    for place, at in enumerate(order):
        least = min(least, p_values[at] * many / (many - place))
        found[at] = least
    return found
