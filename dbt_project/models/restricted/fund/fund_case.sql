-- A case for each rule, person and unit, numbered by its earliest record; what its unit answers under the number of
-- any of
-- its records, the newest, is its state. The order of work is by what is likely to come back: the amount times the
-- share of
-- the rule's closed cases that were confirmed; a rule none of whose cases is closed yet is taken at its word.
with
    finding as (select * from {{ ref("fund_finding") }}),

    regions as (select * from {{ ref("regions") }}),

    rule as (

        select rules.rule_id, max_by(rules.priority, rules.version) as priority
        from {{ ref("fund_rules") }} as rules
        cross join {{ source("landed", "run") }} as run
        where rules.in_force_from <= run.as_of
        group by rules.rule_id

    ),

    answer as (select * from {{ ref("stg_pension__fund_case_result") }}),

    listed as (

        select finding.*, coalesce({{ region_unit("regions") }}, finding.region_code) as unit_code
        from finding
        inner join regions on finding.region_code = regions.region_code

    ),

    ranked as (

        select
            listed.rule_id,
            listed.person_id,
            listed.unit_code,
            {{ all_but("answer", "unit_code") }},
            row_number() over (
                partition by listed.rule_id, listed.person_id, listed.unit_code
                order by
                    coalesce(answer.recovered_on, answer.closed_on, answer.assigned_on) desc,
                    answer.state desc,
                    answer.case_id
            ) as standing
        from listed
        inner join answer on listed.record_code = answer.case_id

    ),

    grouped as (

        select
            min_by(record_code, {{ to_text("period_end") }} || record_code) as case_id,
            rule_id,
            person_id,
            unit_code,
            min(period_end) as first_month,
            count(distinct period_end) as months,
            count(*) as records,
            sum(amount) as amount
        from listed
        group by rule_id, person_id, unit_code

    ),

    stated as (

        select
            grouped.*,
            rule.priority,
            case
                ranked.state
                when '1'
                then 'assigned'
                when '2'
                then 'confirmed'
                when '3'
                then 'explained'
                when '4'
                then 'recovered'
                else 'new'
            end as state,
            ranked.handled_by,
            coalesce(
                case when ranked.state = '4' then ranked.recovered_on end,
                case when ranked.state <> '1' then ranked.closed_on end,
                ranked.assigned_on
            ) as state_on,
            case
                when ranked.state <> '1' then {{ dbt.datediff("ranked.assigned_on", "ranked.closed_on", "day") }}
            end as days_to_close,
            case when ranked.state = '4' then coalesce(ranked.recovered_amount, 0) end as recovered_amount
        from grouped
        inner join rule on grouped.rule_id = rule.rule_id
        left join
            ranked
            on grouped.rule_id = ranked.rule_id
            and grouped.person_id = ranked.person_id
            and grouped.unit_code = ranked.unit_code
            and ranked.standing = 1

    ),

    judged as (

        select
            rule_id,
            cast(count(case when state in ('confirmed', 'recovered') then 1 end) as double)
            / nullif(count(case when state in ('confirmed', 'recovered', 'explained') then 1 end), 0) as precision
        from stated
        group by rule_id

    ),

    weighed as (

        select
            stated.*,
            judged.precision,
            case
                when stated.state in ('new', 'assigned') then coalesce(judged.precision, 1) * stated.amount
            end as expected_recovery
        from stated
        inner join judged on stated.rule_id = judged.rule_id

    )

select
    case_id,
    rule_id,
    person_id,
    unit_code,
    first_month,
    cast(months as integer) as months,
    cast(records as integer) as records,
    cast(amount as decimal(18, 2)) as amount,
    state,
    handled_by,
    state_on,
    cast(days_to_close as integer) as days_to_close,
    cast(recovered_amount as decimal(18, 2)) as recovered_amount,
    cast(precision as double) as rule_precision,
    cast(expected_recovery as double) as expected_recovery,
    case
        when expected_recovery is not null
        then
            cast(
                row_number() over (
                    order by expected_recovery is null, expected_recovery desc, priority, case_id
                ) as integer
            )
    end as work_order
from weighed
