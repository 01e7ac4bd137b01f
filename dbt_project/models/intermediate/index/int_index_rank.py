"""The ranks of each region by each composite index, and how far they hang on the weights."""

COLUMNS = """* replace (
    cast(index_id as varchar) as index_id, cast(index_version as integer) as index_version,
    cast(period_end as date) as period_end, cast(form as varchar) as form, cast(aggregation as varchar) as aggregation,
    cast(region_code as varchar) as region_code
)"""
"""A column of no texts has no type of its own."""


def model(dbt, session):
    from orchestration.statistics import composite  # numpy: only where there is something new to compute

    component = dbt.ref("fct_index_component").filter("period_type = 'quarter' and is_ranked").fetchnumpy()
    parameter = dbt.ref("dim_parameter").filter("is_in_force and parameter_id like 'index_%'").fetchnumpy()
    value = dict(zip(parameter["parameter_id"], parameter["value"], strict=True))
    draws = composite.Draws(
        int(value["index_draws"]), float(value["index_concentration"]), int(value["index_draw_seed"])
    )
    session.register("index_rank", composite.standings(component, draws))
    return session.table("index_rank").project(COLUMNS)
