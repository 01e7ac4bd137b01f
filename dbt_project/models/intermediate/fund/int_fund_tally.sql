-- What fund supervision looked through and found, by rule and all together (`*`), for units and the province, in the
-- month
-- that a record is of; cases in that of their first. Before anything is withheld. A record, a person and the money of
-- two
-- rules are one together. `fewest_beside`: the fewest persons of all rules together that one rule leaves over.
{% set counted_by = {
    "unemployment_benefit": ref("stg_pension__unemployment_benefit"),
    "pension_ledger": ref("stg_pension__pension_ledger"),
    "early_retirement": ref("stg_pension__early_retirement"),
    "benefit_change": ref("stg_pension__benefit_change"),
} %}

with
    finding as (select * from {{ ref("fund_finding") }}),

    fund_case as (select * from {{ ref("fund_case") }}),

    -- Rules whose data somebody delivers, and the extracts whose records each looks through.
    connected as (

        select distinct extract as needed
        from {{ source("landed", "dump") }}

        union all

        select 'account_hash' as needed
        from {{ ref("stg_pension__pension_payment") }}
        having max(account_hash) is not null

    ),

    newest as (

        select
            rules.rule_id, max_by(rules.records, rules.version) as records, max_by(rules.needs, rules.version) as needs
        from {{ ref("fund_rules") }} as rules
        cross join {{ source("landed", "run") }} as run
        where rules.in_force_from <= run.as_of
        group by rules.rule_id

    ),

    rules as (

        select newest.rule_id, ';' || newest.records || ';' as extracts
        from newest
        inner join connected on newest.needs = connected.needed

    ),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    delivery as (select * from {{ ref("int_region_delivery") }}),

    run as (select * from {{ source("landed", "run") }}),

    looked_through as (

        select 'pension_payment' as extract, region_code, period_end, records
        from {{ ref("int_doubt_examined") }}
        where rule_id = 'pension_age'

        union all

        select
            'insurance_enrolment' as extract,
            region_code,
            last_day(first_enrolled_month) as period_end,
            count(*) as records
        from {{ ref("int_insurance_current") }}
        cross join run
        where
            employer_uscc is not null
            and first_enrolled_month > cast(
                {{
                    dbt.dateadd(
                        "month",
                        "- cast(" ~ parameter("fund_enrolment_within_months") ~ " as integer)",
                        "run.as_of",
                    )
                }} as date
            )
        group by region_code, last_day(first_enrolled_month)

        {% for extract, records in counted_by.items() %}
            union all

            select '{{ extract }}' as extract, region_code, period_end, count(*) as records
            from {{ records }}
            group by region_code, period_end
        {% endfor %}

    ),

    looked_through_above as (

        select
            looked_through.extract,
            ancestry.belongs_to as region_code,
            looked_through.period_end,
            sum(records) as records
        from looked_through
        inner join ancestry on looked_through.region_code = ancestry.region_code
        group by looked_through.extract, ancestry.belongs_to, looked_through.period_end

    ),

    examined as (

        select
            rules.rule_id,
            above.extract,
            above.region_code,
            above.period_end,
            above.records,
            coalesce(delivery.units_received = delivery.units_expected, false) as is_complete,
            coalesce(delivery.is_estimate, true) as is_estimate
        from looked_through_above as above
        inner join rules on rules.extracts like '%;' || above.extract || ';%'
        cross join run
        left join
            delivery
            on above.extract = delivery.extract
            and above.region_code = delivery.region_code
            and above.period_end = delivery.period_end
        where {{ month_of("above.period_end") }} <= run.as_of

    ),

    framed as (

        select
            rule_id,
            region_code,
            period_end,
            sum(records) as examined,
            bool_and(is_complete) as is_complete,
            bool_or(is_estimate) as is_estimate
        from examined
        group by rule_id, region_code, period_end

        union all

        select
            '*' as rule_id,
            region_code,
            period_end,
            sum(records) as examined,
            bool_and(is_complete) as is_complete,
            bool_or(is_estimate) as is_estimate
        from
            (
                select distinct extract, region_code, period_end, records, is_complete, is_estimate from examined
            ) as each_extract
        group by region_code, period_end

    ),

    listed as (

        select rule_id, region_code, period_end, person_id, amount
        from finding

        union all

        select '*' as rule_id, region_code, period_end, person_id, max(amount) as amount
        from finding
        group by extract, dump_id, line_number, region_code, period_end, person_id

    ),

    found as (

        select
            listed.rule_id,
            ancestry.belongs_to as region_code,
            listed.period_end,
            count(*) as found,
            count(distinct listed.person_id) as persons,
            sum(listed.amount) as amount
        from listed
        inner join ancestry on listed.region_code = ancestry.region_code
        group by listed.rule_id, ancestry.belongs_to, listed.period_end

    ),

    beside as (

        select whole.region_code, whole.period_end, min(whole.persons - part.persons) as fewest
        from found as whole
        inner join found as part on whole.region_code = part.region_code and whole.period_end = part.period_end
        where whole.rule_id = '*' and part.persons < whole.persons
        group by whole.region_code, whole.period_end

    ),

    case_of as (

        {% for rule in ["rule_id", "'*'"] %}
            select {{ rule }} as rule_id, unit_code, first_month, state, days_to_close, recovered_amount
            from fund_case {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    handled as (

        select
            case_of.rule_id,
            ancestry.belongs_to as region_code,
            case_of.first_month as period_end,
            count(*) as cases,
            count(case when case_of.state in ('confirmed', 'recovered') then 1 end) as confirmed,
            count(case when case_of.state = 'explained' then 1 end) as explained,
            count(case when case_of.state = 'recovered' then 1 end) as recovered,
            sum(case_of.recovered_amount) as recovered_amount,
            median(case_of.days_to_close) as median_days_to_close
        from case_of
        inner join ancestry on case_of.unit_code = ancestry.region_code
        group by case_of.rule_id, ancestry.belongs_to, case_of.first_month

    )

select
    framed.rule_id,
    framed.region_code,
    framed.period_end,
    cast(framed.examined as bigint) as examined,
    cast(coalesce(found.found, 0) as bigint) as found,
    cast(coalesce(found.persons, 0) as bigint) as persons,
    cast(coalesce(found.amount, 0) as decimal(28, 2)) as amount,
    case when framed.rule_id = '*' then beside.fewest end as fewest_beside,
    cast(coalesce(handled.cases, 0) as bigint) as cases,
    cast(coalesce(handled.confirmed, 0) as bigint) as confirmed,
    cast(coalesce(handled.explained, 0) as bigint) as explained,
    cast(coalesce(handled.recovered, 0) as bigint) as recovered,
    cast(coalesce(handled.recovered_amount, 0) as decimal(28, 2)) as recovered_amount,
    cast(handled.median_days_to_close as double) as median_days_to_close,
    framed.is_complete,
    framed.is_estimate
from framed
left join
    found
    on framed.rule_id = found.rule_id
    and framed.region_code = found.region_code
    and framed.period_end = found.period_end
left join beside on framed.region_code = beside.region_code and framed.period_end = beside.period_end
left join
    handled
    on framed.rule_id = handled.rule_id
    and framed.region_code = handled.region_code
    and framed.period_end = handled.period_end
