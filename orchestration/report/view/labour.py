"""Labour relations: employers at risk, and how employers are rated."""

from __future__ import annotations

from orchestration.report.view.services import TableView
from orchestration.report.view.source import PROVINCE, Source


def labour_risk_view(source: Source) -> TableView | None:
    """Employers at risk in the newest month, by unit, and of the province by industry."""
    if not source.has("fct_labour_risk"):
        return None
    rows = source.read(
        f"""
        select
            region_code, period_end, industry_code, employers, employers_high, arrears_persons, arrears_yuan,
            risk_level, is_suppressed, maturity
        from fct_labour_risk
        inner join dim_region using (region_code)
        where (region_code = '{PROVINCE}' or industry_code = '*')
            and period_end = (select max(period_end) from fct_labour_risk)
        order by level = 'province' desc, region_code, industry_code = '*' desc, industry_code
        """
    )
    return TableView(rows, source.regions, "employer" not in source.unconfirmed) if rows else None


def employer_credit_view(source: Source) -> TableView | None:
    """Employers as rated in the newest year, by unit, and of the province by grade."""
    if not source.has("fct_employer_credit"):
        return None
    rows = source.read(
        f"""
        select
            region_code, period_end, grade, employers, supervised, rated_share, published, repaired, case_share,
            is_suppressed, maturity
        from fct_employer_credit
        inner join dim_region using (region_code)
        where (region_code = '{PROVINCE}' or grade = '*')
            and period_end = (select max(period_end) from fct_employer_credit)
        order by level = 'province' desc, region_code, grade = '*' desc, grade
        """
    )
    return TableView(rows, source.regions) if rows else None
