-- Cells of subsidised training completed in the quarter: person-times (n), persons, subsidies, and how many were
-- certified
-- within the months that the parameter says. Where training or certificates of a region are a sample, or months of them
-- are not there, of any of its units, nobody is known to be without a certificate, and there is no figure.
{% set dimensions = subjects()["training"].dimensions %}
{% set within = parameter("subject_certified_within_months") %}

with
    quarter as ({{ subject_quarters("training") }}),

    setting as (select cast({{ within }} as integer) as within_months),

    delivery as (select * from {{ ref("int_region_delivery") }}),

    run as (select * from {{ source("landed", "run") }}),

    trained as (

        select
            record.*,
            quarter.period_end as quarter_end,
            count(*) over (partition by quarter.period_end, record.programme) as in_programme,
            count(*) over (partition by quarter.period_end, record.person_id) as times
        from {{ ref("stg_employment__training_record") }} as record
        inner join quarter on record.completed_on between quarter.period_start and quarter.counted_through
        where record.{{ event_conditions()["subsidised_training"].where }}

    ),

    certified as (

        select distinct trained.training_no
        from trained
        cross join setting
        inner join
            {{ ref("stg_talent__skill_certificate") }} as certificate
            on trained.person_id = certificate.person_id
            and certificate.issued_on >= trained.completed_on
            and certificate.issued_on
            <= cast({{ dbt.dateadd("month", "setting.within_months", "trained.completed_on") }} as date)

    ),

    -- A programme's name is free text: one that hardly anybody writes is not told.
    record as (

        select
            trained.region_code,
            trained.quarter_end as period_end,
            {{ dimension_code("trained.trainee_category") }} as trainee_category,
            case
                when trained.in_programme >= run.suppression_threshold
                then {{ dimension_code("trained.programme") }}
                else 'other'
            end as programme,
            {{ dimension_code("trained.fund_source") }} as fund_source,
            trained.person_id,
            trained.times > 1 as is_repeated,
            trained.weight,
            trained.subsidy_amount,
            certified.training_no is not null as is_certified
        from trained
        cross join run
        left join certified on trained.training_no = certified.training_no

    ),

    tally as (

        select
            region_code,
            period_end,
            {{ dimensions | join(", ") }},
            weight,
            count(*) as counted,
            count(case when not is_repeated then 1 end) as trained_once,
            sum(subsidy_amount) as subsidy,
            count(case when is_certified then 1 end) as certified
        from record
        group by region_code, period_end, {{ dimensions | join(", ") }}, weight

    ),

    located as ({{ located("tally") }}),

    repeated as ({{ located("(select * from record where is_repeated)") }}),

    counted as (
        {{
            subject_cells(
                "located",
                dimensions,
                dict(
                    counted_sums(),
                    once="cast(sum(trained_once * weight) as double)",
                    once_counted="cast(sum(trained_once) as bigint)",
                    subsidy="cast(sum(subsidy * weight) as double)",
                    certified="cast(sum(certified) as bigint)",
                ),
            )
        }}
    ),

    -- Who was trained several times in the quarter counts once in a cell.
    person as ({{ subject_cells("repeated", dimensions, {"weight": "min(weight)"}, keys=["person_id"]) }}),

    several as (

        select region_code, period_end, {{ cell_name("person") }}, sum(weight) as persons, count(*) as persons_counted
        from person
        group by region_code, period_end, {{ cell_name("person") }}

    ),

    -- What certificates there must be: of every month from the quarter's first on.
    certificates as (

        select
            delivery.region_code,
            quarter.period_end,
            count(*) >= max(setting.within_months) + 3
            and bool_and(delivery.units_received = delivery.units_expected) as is_complete,
            bool_or(delivery.is_estimate) as is_sampled
        from quarter
        cross join setting
        inner join
            delivery
            on delivery.extract = 'skill_certificate'
            and delivery.period_start >= quarter.period_start
            and delivery.period_end <= {{ month_end_after("quarter.period_end", "setting.within_months") }}
        group by delivery.region_code, quarter.period_end

    ),

    told as (

        select
            counted.*,
            counted.once + coalesce(several.persons, 0) as persons,
            counted.once_counted + coalesce(several.persons_counted, 0) as persons_counted,
            case
                when not coalesce(certificates.is_complete, false) or run.as_of <= certificates_until.until
                then 'not_delivered'
                when certificates.is_sampled or counted.is_estimate
                then 'sampled'
            end as certified_missing
        from counted
        cross join run
        left join
            several
            on counted.region_code = several.region_code
            and counted.period_end = several.period_end
            and counted.dimension_1 = several.dimension_1
            and counted.key_1 = several.key_1
            and counted.dimension_2 = several.dimension_2
            and counted.key_2 = several.key_2
        left join
            certificates
            on counted.region_code = certificates.region_code
            and counted.period_end = certificates.period_end
        inner join
            (
                select quarter.period_end, {{ month_end_after("quarter.period_end", "setting.within_months") }} as until
                from quarter
                cross join setting
            ) as certificates_until
            on counted.period_end = certificates_until.period_end

    )

select
    region_code,
    period_end,
    {{ cell_name("told") }},
    n,
    observations,
    cast(
        least(
            persons_counted,
            case when certified_missing is null then nullif(certified, 0) end,
            case when certified_missing is null then nullif(observations - certified, 0) end
        ) as bigint
    ) as fewest,
    is_estimate,
    cast(persons as double) as persons,
    subsidy,
    case when certified_missing is null then cast(certified as double) end as certified,
    certified_missing
from told
