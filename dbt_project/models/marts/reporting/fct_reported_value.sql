with
    report as (select * from {{ ref("stg_planning__statistical_report") }}),

    -- The month before is looked for in the reports of the same deliverer first, then in the region's own, last the
    -- province's.
    month_before as (

        select
            report.unit_code,
            report.region_code,
            report.item,
            report.period_end,
            previous.value,
            row_number() over (
                partition by report.unit_code, report.region_code, report.item, report.period_end
                order by
                    case
                        when previous.unit_code = report.unit_code
                        then 0
                        when previous.unit_code = previous.region_unit
                        then 1
                        else 2
                    end,
                    previous.unit_code
            ) as preference
        from report
        inner join
            report as previous
            on report.region_code = previous.region_code
            and report.item = previous.item
            and report.unit = previous.unit
            and previous.basis = 'ytd'
            and report.period_end = {{ month_end_after("previous.period_end", 1) }}
        where report.basis = 'ytd'

    )

select
    report.region_code,
    report.period_start,
    report.period_end,
    report.unit_code,
    report.item,
    report.basis,
    cast(report.value as double) as value,
    report.unit,
    report.report_kind,
    cast(
        case
            when report.basis = 'ytd' and extract(month from report.period_end) = 1
            then report.value
            when report.basis = 'ytd'
            then report.value - month_before.value
        end as double
    ) as month_value
from report
left join
    month_before
    on report.unit_code = month_before.unit_code
    and report.region_code = month_before.region_code
    and report.item = month_before.item
    and report.period_end = month_before.period_end
    and month_before.preference = 1
