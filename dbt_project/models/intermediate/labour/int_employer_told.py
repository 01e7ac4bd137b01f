"""Employers by region and class with all sums: which counts may be told, and how far those at high risk lie above what
is usual."""

COLUMNS = """* replace (
    cast(subject as varchar) as subject, cast(period_end as date) as period_end,
    cast(region_code as varchar) as region_code, cast(class_code as varchar) as class_code,
    cast(part as varchar) as part, case when isfinite(z) then z end as z,
    case when isfinite(z_told) then z_told end as z_told, case when isfinite(expected) then expected end as expected
)"""
"""A column of no texts has no type of its own; what is not known is no number."""

SPLITS = {
    "risk": (("high", ("high",), None), ("level", ("red", "orange"), "high")),
    "credit": tuple((part, (part,), None) for part in ("is_published", "is_listed", "is_repaired", "has_case")),
    "supervised": (),
}
"""What is told of a count besides itself."""


def model(dbt, session):
    from orchestration.statistics import labour_risk, small_counts, warning  # numpy: only where there is something new

    counts = dbt.ref("int_employer_count").fetchnumpy()
    earlier = small_counts.by_table(dbt.ref("int_employer_earlier").fetchnumpy())
    parameters = dict(dbt.ref("dim_parameter").filter("is_in_force").project("parameter_id, value").fetchall())
    is_known = (counts["subject"] == "risk") & counts["is_known"]
    known = set(zip(counts["region_code"][is_known], counts["period_end"][is_known], strict=True))
    baseline = warning.Baseline(
        int(parameters["warning_years"]), parameters["warning_least_scale"], 0, parameters["labour_risk_red"]
    )

    def found(told):
        return labour_risk.with_standing(told, known, baseline, parameters["labour_risk_least_scale"])

    # what is unusual is told rather than the sum that it is in
    high = found(small_counts.tables_counted(counts, "420000", "high"))
    unusual = labour_risk.unusual(high, parameters["labour_risk_orange"])
    told = small_counts.tables_told(counts, "420000", SPLITS, unusual, earlier)
    session.register("employer_told", found(told))
    return session.table("employer_told").project(COLUMNS)
