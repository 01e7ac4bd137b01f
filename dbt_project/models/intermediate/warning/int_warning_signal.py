"""How every signal of early warning stands in every month: how far above what is usual, and at which level."""

COLUMNS = """* replace (
    cast(signal_id as varchar) as signal_id, cast(region_code as varchar) as region_code,
    cast(period_end as date) as period_end, cast(level as varchar) as level, cast(because as varchar) as because
)"""
"""A column of no texts has no type of its own."""


def model(dbt, session):
    from orchestration.statistics import warning  # numpy: only where there is something new to compute

    series = dbt.ref("int_warning_series").fetchnumpy()
    definitions = dbt.ref("dim_warning_signal").filter("is_in_force").fetchnumpy()
    known = dbt.ref("dim_parameter").filter("is_in_force").project("parameter_id, value").fetchall()
    session.register("warning_signal", warning.signals(series, definitions, dict(known)))
    return session.table("warning_signal").project(COLUMNS)
