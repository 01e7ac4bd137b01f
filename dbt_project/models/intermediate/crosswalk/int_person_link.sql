-- Records of one source, of complete dumps, looked up in another one: whoever is registered as employed, or as
-- unemployed, among the insured of a later month; whoever was trained among the registrations of the months after. A
-- link is certain by the identity number, as it was delivered or extended from 15 digits. Name, day of birth and county
-- make it probable: such a link counts nowhere. Everything is looked up by equality.
with
    setting as (

        select
            cast({{ parameter("crosswalk_insured_after_months") }} as integer) as insured_after,
            cast({{ parameter("crosswalk_within_months") }} as integer) as within_months

    ),

    insured as {{ not_materialized_cte() }} (select * from {{ ref("int_insured_employee") }}),

    registration as {{ not_materialized_cte() }} (

        select * from {{ ref("stg_employment__employment_registration") }} where sampling_fraction = 1

    ),

    looked_up as (

        -- Who works for somebody: the self-employed and those who work flexibly have no employer that owes insurance.
        select
            'employed_insured' as source_pair,
            'employment_registration' as source,
            registration.registration_no as source_key,
            registration.dump_id,
            registration.line_number,
            registration.person_id,
            registration.region_code,
            registration.registered_on as begun_on,
            {{ month_end_after("registration.registered_on", "setting.insured_after") }} as period_end,
            {{ hash_of(["registration.person_id"]) }} as person_hash,
            {{
                facts_hash(
                    "registration.person_name",
                    "coalesce("
                    ~ to_text(day_number("registration.birth_date"))
                    ~ ", "
                    ~ born_on_by_number("registration.person_id")
                    ~ ")",
                    "registration.region_code",
                )
            }} as facts_hash,
            {{ was_extended() }} as was_extended
        from registration
        cross join setting
        where registration.employment_form is null or registration.employment_form in ('1', '4')

        union all

        select
            'unemployed_insured' as source_pair,
            'unemployment_registration' as source,
            unemployed.registration_no as source_key,
            unemployed.dump_id,
            unemployed.line_number,
            unemployed.person_id,
            unemployed.region_code,
            unemployed.registered_on as begun_on,
            {{ month_end_after("unemployed.registered_on", "setting.within_months") }} as period_end,
            {{ hash_of(["unemployed.person_id"]) }} as person_hash,
            {{
                facts_hash(
                    "unemployed.person_name", born_on_by_number("unemployed.person_id"), "unemployed.region_code"
                )
            }} as facts_hash,
            {{ was_extended() }} as was_extended
        from {{ ref("stg_employment__unemployment_registration") }} as unemployed
        cross join setting
        where unemployed.sampling_fraction = 1

        union all

        -- Employees who are trained on the job are not looked for: they have work.
        select
            'trained_employed' as source_pair,
            'training_record' as source,
            trained.training_no as source_key,
            trained.dump_id,
            trained.line_number,
            trained.person_id,
            trained.region_code,
            trained.completed_on as begun_on,
            {{ month_end_after("trained.completed_on", "setting.within_months") }} as period_end,
            {{ hash_of(["trained.person_id"]) }} as person_hash,
            null as facts_hash,
            {{ was_extended() }} as was_extended
        from {{ ref("stg_employment__training_record") }} as trained
        cross join setting
        where trained.sampling_fraction = 1 and trained.trainee_category <> '2'

    ),

    linked as (

        select looked_up.source_pair, looked_up.source_key, bool_and(insured.was_extended) as was_extended
        from looked_up
        inner join insured on looked_up.person_hash = insured.person_hash and looked_up.period_end = insured.period_end
        where looked_up.source_pair <> 'trained_employed'
        group by looked_up.source_pair, looked_up.source_key

        union all

        select
            looked_up.source_pair,
            looked_up.source_key,
            bool_and(length(registration.id_number) < length(registration.person_id)) as was_extended
        from looked_up
        cross join setting
        inner join
            registration
            on looked_up.person_id = registration.person_id
            and registration.registered_on >= looked_up.begun_on
            and registration.registered_on
            <= cast({{ dbt.dateadd("month", "setting.within_months", "looked_up.begun_on") }} as date)
        where looked_up.source_pair = 'trained_employed'
        group by looked_up.source_pair, looked_up.source_key

    ),

    unlinked as (

        select looked_up.*
        from looked_up
        left join linked on looked_up.source_pair = linked.source_pair and looked_up.source_key = linked.source_key
        where linked.source_key is null and looked_up.facts_hash is not null

    ),

    -- Of several the first: a name that is ordinary there is looked up by hand.
    probable as (

        select
            unlinked.source_pair,
            unlinked.source_key,
            insured.dump_id,
            insured.line_number,
            row_number() over (
                partition by unlinked.source_pair, unlinked.source_key order by insured.dump_id, insured.line_number
            ) as preference
        from unlinked
        inner join insured on unlinked.facts_hash = insured.facts_hash and unlinked.period_end = insured.period_end

    )

select
    looked_up.source_pair,
    looked_up.source,
    looked_up.source_key,
    looked_up.dump_id,
    looked_up.line_number,
    looked_up.person_id,
    looked_up.region_code,
    looked_up.period_end,
    case
        when linked.source_key is not null and (linked.was_extended or looked_up.was_extended)
        then 'extended_number'
        when linked.source_key is not null
        then 'identity_number'
        when probable.source_key is not null
        then 'name_birth_county'
    end as rule,
    cast(case when linked.source_key is not null then 1 end as double) as score,
    probable.dump_id as probable_dump_id,
    probable.line_number as probable_line_number
from looked_up
left join linked on looked_up.source_pair = linked.source_pair and looked_up.source_key = linked.source_key
left join
    probable
    on looked_up.source_pair = probable.source_pair
    and looked_up.source_key = probable.source_key
    and probable.preference = 1
