"""One indicator: its course against the target, within the year, by unit and county, of what it is made, how it was
defined otherwise, how good its data is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from orchestration.report.view.source import PROVINCE, Indicator, Region, Rows, Source
from orchestration.report.view.standing import Standing, Standings

YEARS_COMPARED, YEARS_SHOWN = 3, 10
"""Years of which units are compared, and that the long trend shows."""

INTERVAL = """
            case
                when standard_error > 0 then value * (100 - value) / standard_error ** 2
                when half_width > 0 then 192.08 / half_width - 3.8416
            end as n,
            if({is_rate}, half_width, 1.96 * standard_error) as half,
            if({is_rate}, (value + 192.08 / n) / (1 + 3.8416 / n), value) as middle"""
"""SQL: half and middle of the 95 % interval of a figure. A rate's is Wilson's: its half-width is published, its middle
follows from `n`, the simply sampled rows of which its standard error is, or its half-width where that is 0."""


@dataclass(frozen=True)
class IndicatorView:
    """The page's figures. What a release does not have is None: `forecast` where there is no such table or the plan is
    over, `parts` of an indicator without months."""

    standing: Standing
    by_unit: tuple[Standing, ...]
    regions: Mapping[str, Region]
    is_over: bool
    elapsed_share: float
    definition: SimpleNamespace
    basis: str
    """The period type of the figures within the year."""
    years: Rows
    targets: Rows
    within: Rows
    within_year: int | None
    forecast: Rows | None
    has_forecast_table: bool
    ranking: Rows
    counties: Rows
    parts: Rows | None
    growth: Rows
    versions: Rows
    doubts: Rows
    revisions: Rows
    formula: Rows
    quality: Rows
    is_first_release: bool
    neighbours: tuple[Indicator | None, Indicator | None]
    is_path_confirmed: bool
    """Whether the department has confirmed the thresholds of the status by path; and those of grades."""
    are_grades_confirmed: bool

    @property
    def indicator(self) -> Indicator:
        """The indicator."""
        return self.standing.indicator

    @property
    def finished_years(self) -> list[Any]:
        """The years that can be held against each other and against their targets."""
        return finished(self.years, self.standing.period_end)

    @property
    def year(self) -> date | None:
        """The last day of the newest year with a figure."""
        return max((row.period_end for row in self.years if row.value is not None), default=None)


def finished(years: Iterable[Any], until: date | None) -> list[Any]:
    """The years with a figure that are over by the day that the data goes to, the oldest first."""
    found = [row for row in years if row.value is not None and until is not None and row.period_end <= until]
    return sorted(found, key=lambda row: row.period_end)


def indicator_view(source: Source, found: Standings, indicator: Indicator) -> IndicatorView:
    """Read it."""
    ident = indicator.indicator_id
    standing = found.of[ident, PROVINCE]
    definition = _definition(source, ident)
    basis = next((one for one in ("ytd", "month", "quarter") if one in definition.period_types), "year")
    within, within_year = _within(source, indicator, basis)
    at = source.indicators.index(indicator)
    has_forecast = source.has("fct_plan_forecast")
    of_year = "year_value" if indicator.target_kind == "cumulative" else "target_value"
    return IndicatorView(
        standing,
        tuple(found.of[ident, unit.region_code] for unit in source.units),
        source.regions,
        found.is_over,
        standing.elapsed_share or 0.0,
        definition,
        basis,
        source.read(
            f"""
            select
                period_end, value, value_text, numerator, denominator, maturity, is_estimate, reporting_units_expected,
                reporting_units_received, series_id
            from fct_indicator_value
            where indicator_id = '{ident}' and region_code = '{PROVINCE}' and period_type = 'year'
            order by period_end desc
            limit {YEARS_SHOWN}
            """
        ),
        source.read(
            f"""
            select target_year, {of_year} as target, basis
            from fct_target
            where
                plan_id = '{source.plan.plan_id}' and indicator_id = '{ident}' and region_code = '{PROVINCE}'
            order by target_year
            """
        ),
        within,
        within_year,
        _forecast(source, ident) if has_forecast and not found.is_over else None,
        has_forecast,
        _ranking(source, indicator),
        _counties(source, indicator),
        _parts(source, indicator, definition.period_types),
        source.read(
            f"""
            select
                period_end, if(too_uncertain, null, value) as value, change_yoy, change_yoy_pct, standard_error,
                quality_grade, break_flag, too_uncertain
            from fct_indicator_growth
            where indicator_id = '{ident}' and region_code = '{PROVINCE}' and period_type = 'year'
            order by period_end desc
            limit {YEARS_SHOWN}
            """
        ),
        source.read(
            f"""
            select period_end, definition_version, value
            from (
                select indicator_id, region_code, period_type, period_end, definition_version, value
                from fct_indicator_value
                union all
                select indicator_id, region_code, period_type, period_end, definition_version, value
                from fct_definition_value
            )
            where indicator_id = '{ident}' and region_code = '{PROVINCE}' and period_type = 'year'
            order by period_end desc, definition_version
            limit {4 * YEARS_SHOWN}
            """
        ),
        _doubts(source, definition, within_year),
        source.read(
            f"""
            select period_type, period_end, value, value_text, first_release_id, last_release_id
            from fct_indicator_vintage
            where indicator_id = '{ident}' and region_code = '{PROVINCE}' and not is_suppressed
            qualify count(*) over (partition by period_type, period_end) > 1
            order by period_end desc, period_type, first_release_id
            limit 24
            """
        ),
        source.read(
            f"""
            select definition_version, formula_zh, formula_en, in_force_from, in_force_to, is_in_force, sql
            from dim_indicator
            left join dim_formula using (indicator_id, definition_version)
            where indicator_id = '{ident}'
            order by definition_version
            """
        ),
        source.read(
            f"""
            select
                year, figures, median_days_late, share_provisional, mean_absolute_revision, share_estimates, median_cv,
                compared, share_reconciled
            from v_indicator_quality
            where indicator_id = '{ident}'
            order by year desc
            """
        ),
        source.is_first,
        (
            source.indicators[at - 1] if at else None,
            source.indicators[at + 1] if at + 1 < len(source.indicators) else None,
        ),
        "path" not in source.unconfirmed,
        not {"grade", "max"} & source.unconfirmed,
    )


def _definition(source: Source, ident: str) -> SimpleNamespace:
    """The definition in force: formula, sources, period types."""
    return next(
        iter(
            source.read(
                f"""
                select formula_zh, formula_en, source_extracts, period_types, is_person_based, series_number
                from dim_indicator
                where indicator_id = '{ident}' and is_in_force
                order by definition_version
                limit 1
                """
            )
        ),
        SimpleNamespace(
            formula_zh="",
            formula_en="",
            source_extracts=[],
            period_types=[],
            is_person_based=False,
            series_number=None,
        ),
    )


def _within(source: Source, indicator: Indicator, basis: str) -> tuple[Rows, int | None]:
    """The newest year with figures, month by month, beside the year before and the path. Of a cumulative target the
    path of the year is what is to be added since January."""
    ident = indicator.indicator_id
    newest = source.read(
        f"""
        select max(year(period_end))
        from fct_indicator_value
        where indicator_id = '{ident}' and region_code = '{PROVINCE}' and period_type = '{basis}' and value is not null
        """
    ).rows[0][0]
    year = newest or source.plan.ends_on.year
    so_far = (
        f"""coalesce((
                    select expected_value
                    from fct_plan_path
                    where
                        plan_id = '{source.plan.plan_id}' and indicator_id = '{ident}' and region_code = '{PROVINCE}'
                        and period_end = date '{year - 1}-12-31'
                ), 0)"""
        if indicator.target_kind == "cumulative"
        else "0"
    )
    rows = source.read(
        f"""
        with
            figure as (
                select year(period_end) as year, month(period_end) as month, value, maturity
                from fct_indicator_value
                where
                    indicator_id = '{ident}' and region_code = '{PROVINCE}' and period_type = '{basis}'
                    and year(period_end) in ({year - 1}, {year})
            ),
            path as (
                select month(period_end) as month, expected_value - {so_far} as expected
                from fct_plan_path
                where
                    plan_id = '{source.plan.plan_id}' and indicator_id = '{ident}' and region_code = '{PROVINCE}'
                    and year(period_end) = {year}
            )
        select
            month, this.value, this.maturity, before.value as year_before, path.expected
        from (select unnest(range(1, 13)) as month)
        left join (from figure where year = {year}) as this using (month)
        left join (from figure where year = {year - 1}) as before using (month)
        left join path using (month)
        order by month
        """
    )
    return rows, newest


def _forecast(source: Source, ident: str) -> Rows:
    """The newest forecast of the province and what was reached in the two years before it."""
    return source.read(
        f"""
        select
            period_end, horizon_end, forecast, low80, high80, low95, high95, method, probability_of_target, mase,
            windows
        from fct_plan_forecast
        where
            plan_id = '{source.plan.plan_id}' and indicator_id = '{ident}' and region_code = '{PROVINCE}'
            and forecast is not null
        qualify period_end = max(period_end) over ()
        order by horizon_end
        """
    )


def _ranking(source: Source, indicator: Indicator) -> Rows:
    """The units in each of the newest years, best first, those that are not ranked last; with their intervals."""
    interval = INTERVAL.format(is_rate="true" if indicator.measure_kind == "rate" else "false")
    return source.read(
        f"""
        with figure as (
            select
                year(growth.period_end) as year, growth.region_code, growth.value, growth.rank_in_units as rank,
                growth.rank_change_yoy as rank_change, growth.standard_error, growth.half_width,
                growth.quality_grade as grade, growth.too_uncertain, growth.maturity, growth.is_estimate,
                growth.is_suppressed, published.series_id, published.period_end
            from fct_indicator_growth as growth
            inner join fct_indicator_value as published using (indicator_id, region_code, period_type, period_end)
            where
                indicator_id = '{indicator.indicator_id}' and growth.region_level = 'prefecture'
                and period_type = 'year'
            qualify dense_rank() over (order by year desc) <= {YEARS_COMPARED}
        )
        select
            * exclude (n, half, middle) replace (if(too_uncertain, null, value) as value),
            middle - half as low, middle + half as high
        from (
            select
                *,{interval}
            from figure
        )
        order by year desc, too_uncertain, rank nulls last, region_code
        """
    )


def _counties(source: Source, indicator: Indicator) -> Rows:
    """All counties in the newest year; those without a figure too."""
    return source.read(
        f"""
        select
            county.parent_code as unit_code, county.region_code, growth.period_end,
            if(growth.too_uncertain, null, growth.value) as value, growth.maturity,
            growth.is_suppressed, growth.too_uncertain, growth.quality_grade as grade, published.numerator,
            published.denominator
        from dim_region as county
        left join fct_indicator_growth as growth
            on county.region_code = growth.region_code and growth.indicator_id = '{indicator.indicator_id}'
            and growth.period_type = 'year' and growth.period_end = (
                select max(period_end)
                from fct_indicator_value
                where
                    indicator_id = '{indicator.indicator_id}' and region_level = 'prefecture' and period_type = 'year'
            )
        left join fct_indicator_value as published
            on growth.indicator_id = published.indicator_id and growth.region_code = published.region_code
            and growth.period_type = published.period_type and growth.period_end = published.period_end
        where county.level = 'county'
        order by county.parent_code, county.region_code
        """
    )


def _parts(source: Source, indicator: Indicator, period_types: list[str]) -> Rows | None:
    """What the figure was made of in each month of the newest year: numerator and denominator, or the value alone."""
    basis = next((one for one in ("month", "quarter") if one in period_types), None)
    if basis is None:
        return None
    return source.read(
        f"""
        select period_end, numerator, denominator, value, maturity
        from fct_indicator_value
        where indicator_id = '{indicator.indicator_id}' and region_code = '{PROVINCE}' and period_type = '{basis}'
        qualify year(period_end) = max(year(period_end)) over ()
        order by period_end
        """
    )


def _doubts(source: Source, definition: SimpleNamespace, year: int | None) -> Rows:
    """What is doubtful in the indicator's extracts, by rule, in the newest year. A rule on other extracts too counts
    their records with these: it stands on the page of data quality alone."""
    extracts = ", ".join(f"'{one}'" for one in definition.source_extracts)
    return source.read(
        f"""
        select
            rule_id, name_zh, name_en, case when bool_and(doubts is not null) then sum(doubts)::bigint end as doubts,
            sum(records_examined)::bigint as examined
        from dim_doubt_rule
        inner join fct_data_doubt using (rule_id)
        where
            region_code = '{PROVINCE}' and year(period_end) = {year or 0} and list_has_all([{extracts}], extracts)
        group by all
        having bool_or(doubts is distinct from 0)
        order by doubts desc nulls last, rule_id
        """
    )
