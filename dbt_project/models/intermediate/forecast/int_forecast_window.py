"""The forecasts of every series by every method: those that would have been made at earlier dates, with what came of
them, and those made at its end."""

COLUMNS = """* replace (
    cast(indicator_id as varchar) as indicator_id, cast(measure as varchar) as measure,
    cast(region_code as varchar) as region_code, cast(period_end as date) as period_end
)"""
"""A column of no texts has no type of its own."""


def model(dbt, session):
    from orchestration.statistics import forecast  # numpy: only where there is something new to compute

    series = dbt.ref("int_forecast_series").fetchnumpy()
    asked = dbt.ref("int_forecast_horizon").fetchnumpy()
    session.register("forecast_window", forecast.windows_of(series, asked))
    return session.table("forecast_window").project(COLUMNS)
