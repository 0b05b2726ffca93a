"""What each figure of a report hides from the public: which hide together, and which would tell of each other by a zero."""

from collections.abc import Mapping

from marketplace.statistics.columns import Columns
from marketplace.statistics.definition import Definition
from marketplace.statistics.disclosure import Hidden, hidden_parts, kept_back, still_standing
from marketplace.statistics.rules import FigureCode

BEFORE_CONTRACT = frozenset({FigureCode.A0, FigureCode.C1, FigureCode.C2, FigureCode.C3})
"""What is counted before there is a contract: none of it is part of an amount that other figures are made of."""


def hidden_by_figure(
    definitions: Mapping[FigureCode, Definition], columns: Mapping[FigureCode, Columns]
) -> Mapping[FigureCode, Hidden]:
    """The parts that each figure keeps back. Figures about the same money hide the same: what one hides, no other must tell."""
    rows = {code: still_standing(one) if definitions[code].is_stock else one for code, one in columns.items()}
    together = [code for code, one in definitions.items() if not one.stands_alone]
    shared = hidden_parts([rows[code] for code in together])
    contracts = [rows[code] for code in together if code not in BEFORE_CONTRACT]

    def of(code: FigureCode) -> Hidden:
        if definitions[code].stands_alone:
            return kept_back(hidden_parts([rows[code]]), [rows[code]])
        return kept_back(shared, [rows[code]] if code in BEFORE_CONTRACT else contracts)

    return {code: of(code) for code in definitions}
