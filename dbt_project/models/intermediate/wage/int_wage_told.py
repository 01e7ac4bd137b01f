"""Which regions and classes have enough persons in enough enterprises, so that their pay may be published beside that
of all others."""

COLUMNS = """* replace (
    cast(period_end as date) as period_end, cast(region_code as varchar) as region_code,
    cast(dimension as varchar) as dimension, cast(class_code as varchar) as class_code
)"""
"""A column of no texts has no type of its own."""


def model(dbt, session):
    from orchestration.statistics import disclosure  # numpy: only where there is something new to compute

    persons = dbt.ref("int_wage_head_count").fetchnumpy()
    session.register("wage_told", disclosure.cells_told(persons, "420000"))
    return session.table("wage_told").project(COLUMNS)
