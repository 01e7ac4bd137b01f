{#
Distinct insured persons of each month's snapshot, by scheme and region, and by the dump of the row that counts: all of them,
and those who are normally insured.
#}
{{ incremental_over_dumps_of("insurance_enrolment", unit_of_work=["month", month_of("period_end")]) }}

with
    insured as ({{ insured_rows(due=is_due(month_of("enrolled.period_end"), month_of("period_end"))) }}),

    tally as (

        select
            scheme,
            dump_id,
            region_code,
            counts_in_parents,
            month,
            weight,
            sum(counted) as counted,
            sum(counted_normal) as counted_normal
        from insured
        group by scheme, dump_id, region_code, counts_in_parents, month, weight

    ),

    regional as (
        {{
            aggregate_to_regions(
                "tally", ["counted", "counted_normal"], by=["scheme", "dump_id"], above="counts_in_parents"
            )
        }}
    )

select
    scheme,
    dump_id,
    region_code,
    month,
    weight,
    cast(counted as bigint) as counted,
    cast(counted_normal as bigint) as counted_normal
from regional
