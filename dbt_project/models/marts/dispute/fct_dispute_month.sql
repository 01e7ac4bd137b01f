-- Sums over regions and slices: all, by kind, by what stands beside it (the organisation, the mode of closing or the
-- channel), by both. `*` is all. By the mode of closing only what was closed is known.
{% set slices = [
    "tally.stage, ancestry.belongs_to, tally.month",
    "tally.stage, ancestry.belongs_to, tally.month, tally.kind",
    "tally.stage, ancestry.belongs_to, tally.month, tally.beside",
    "tally.stage, ancestry.belongs_to, tally.month, tally.kind, tally.beside",
] %}

with
    tally as (select * from {{ ref("int_dispute_tally") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }}),

    regions as (select * from {{ ref("regions") }}),

    run as (select * from {{ source("landed", "run") }}),

    covered as (

        select
            {{ stage_of("extract") }} as stage, region_code, period_end, units_received = units_expected as is_complete
        from {{ ref("int_flow_period") }}
        where period_type = 'month' and {{ stage_of("extract") }} is not null

    ),

    slice as (

        select
            tally.stage,
            ancestry.belongs_to as region_code,
            last_day(tally.month) as period_end,
            case when grouping(tally.kind) = 1 then '*' else tally.kind end as kind,
            case when grouping(tally.beside) = 1 then '*' else tally.beside end as beside,
            bool_or(tally.weight <> 1) as is_estimate,
            sum(tally.weight * tally.accepted) as accepted,
            sum(tally.weight * tally.closed) as closed,
            sum(tally.weight * tally.pending_begin) as pending_begin,
            sum(tally.weight * tally.pending_end) as pending_end,
            sum(tally.weight * tally.age_pending_first) as age_pending_first,
            sum(tally.weight * tally.age_pending_second) as age_pending_second,
            sum(tally.weight * tally.age_pending_over) as age_pending_over,
            sum(tally.weight * tally.closed_in_45) as closed_in_45,
            sum(tally.weight * tally.closed_in_60) as closed_in_60,
            sum(tally.weight * tally.mediated_closed) as mediated_closed,
            sum(tally.weight * tally.withdrawn) as withdrawn,
            sum(tally.weight * tally.awards) as awards,
            sum(tally.weight * tally.final_awards) as final_awards,
            sum(tally.weight * tally.collective_cases) as collective_cases,
            sum(tally.weight * tally.persons) as persons,
            sum(tally.weight * tally.amount_awarded) as amount_awarded,
            sum(tally.weight * tally.wages_owed) as wages_owed,
            sum(tally.weight * tally.wages_recovered) as wages_recovered
        from tally
        inner join ancestry on tally.region_code = ancestry.region_code
        group by grouping sets ({% for slice in slices %}({{ slice }}){{ "," if not loop.last }} {% endfor %})
        having grouping(tally.beside) = 1 or tally.beside is not null

    ),

    -- A slice by mode of closing is of endings alone.
    told as (select slice.*, slice.stage = 'arbitration' and slice.beside <> '*' as is_of_endings from slice)

select
    told.stage,
    told.region_code,
    told.period_end,
    case when told.stage <> 'inspection' then told.kind end as dispute_kind,
    case when told.stage = 'inspection' then told.kind end as violation_kind,
    case when told.stage = 'mediation' then told.beside end as organisation_kind,
    case when told.stage = 'arbitration' then told.beside end as close_mode,
    case when told.stage = 'inspection' then told.beside end as channel,
    case when not told.is_of_endings then cast(told.accepted as double) end as accepted,
    cast(told.closed as double) as closed,
    case when not told.is_of_endings then cast(told.pending_begin as double) end as pending_begin,
    case when not told.is_of_endings then cast(told.pending_end as double) end as pending_end,
    case when not told.is_of_endings then cast(told.age_pending_first as double) end as age_pending_0_45,
    case when not told.is_of_endings then cast(told.age_pending_second as double) end as age_pending_46_60,
    case when not told.is_of_endings then cast(told.age_pending_over as double) end as age_pending_over_60,
    cast(told.closed_in_45 as double) as closed_in_45,
    cast(told.closed_in_60 as double) as closed_in_60,
    case when told.stage <> 'inspection' then cast(coalesce(told.mediated_closed, 0) as double) end as mediated_closed,
    case when told.stage <> 'inspection' then cast(coalesce(told.withdrawn, 0) as double) end as withdrawn,
    case when told.stage = 'arbitration' then cast(coalesce(told.awards, 0) as double) end as awards,
    case when told.stage = 'arbitration' then cast(coalesce(told.final_awards, 0) as double) end as final_awards,
    case
        when not told.is_of_endings and told.stage <> 'inspection'
        then cast(coalesce(told.collective_cases, 0) as double)
    end as collective_cases,
    case
        when not told.is_of_endings and regions.level <> 'county' then cast(coalesce(told.persons, 0) as double)
    end as persons,
    case when told.stage = 'arbitration' then cast(coalesce(told.amount_awarded, 0) as double) end as amount_awarded,
    case
        when not told.is_of_endings and told.stage = 'inspection' then cast(coalesce(told.wages_owed, 0) as double)
    end as wages_owed,
    case when told.stage = 'inspection' then cast(coalesce(told.wages_recovered, 0) as double) end as wages_recovered,
    case when covered.is_complete and run.as_of > told.period_end then 'final' else 'provisional' end as maturity,
    told.is_estimate,
    regions.level = 'county' and not told.is_of_endings as is_suppressed,
    1 as method_version
from told
inner join
    covered
    on told.stage = covered.stage
    and told.region_code = covered.region_code
    and told.period_end = covered.period_end
inner join regions on told.region_code = regions.region_code
cross join run
