"""The subject cubes: the province over one dimension at a time, in the newest quarter of each subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expectations.suites.subjects import CUBES
from orchestration.report.view.source import PROVINCE, Rows, Source


@dataclass(frozen=True)
class SubjectCubesView:
    """By subject its rows: dimension, value, n, share, period_end, maturity."""

    subjects: Mapping[str, Rows]


def subject_cubes_view(source: Source) -> SubjectCubesView | None:
    """Read it; None where nothing that a cube is made of is delivered."""
    read = {subject: _margins(source, subject) for subject in CUBES if source.has(f"fct_subject_{subject}")}
    subjects = {subject: rows for subject, rows in read.items() if rows}
    return SubjectCubesView(subjects) if subjects else None


def _margins(source: Source, subject: str) -> Rows:
    table = f"fct_subject_{subject}"

    def over(*those: str) -> str:
        return " and ".join(f"{name} {'<>' if name in those else '='} '*'" for name in CUBES[subject])

    margins = "\n        union all ".join(
        f"select {at} as place, '{name}' as dimension, {name} as code, n, maturity, period_end from newest"
        f" where {over(name)}"
        for at, name in enumerate(CUBES[subject], start=1)
    )
    return source.read(
        f"""
        with newest as (
            from {table} where region_code = '{PROVINCE}'
                and period_end = (select max(period_end) from {table} where region_code = '{PROVINCE}' and n > 0)
        ),
        margin as (
            select 0 as place, 'all' as dimension, '*' as code, n, maturity, period_end from newest where {over()}
            union all {margins}
        )
        select dimension, code, n, 100 * n / max(n) filter (where place = 0) over () as share, maturity, period_end
        from margin
        order by place, code = 'other', code
        """
    )
