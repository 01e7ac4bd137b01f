-- Where the pair can be compared: whoever was registered as employed and is not insured by the end of the next month.
with
    link as (select * from {{ ref("int_person_link") }} where source_pair = 'employed_insured' and score is null),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level = 'prefecture'),

    compared as (

        select region_code, period_end
        from {{ ref("int_crosswalk") }}
        where source_pair = 'employed_insured' and missing is null

    ),

    registration as (select * from {{ ref("stg_employment__employment_registration") }}),

    employer as (select * from {{ ref("int_employer_link") }} where source = 'employment_registration')

select
    link.period_end,
    compared.region_code as unit_code,
    link.region_code,
    link.source_key as registration_no,
    link.person_id,
    registration.registered_on,
    registration.employer_uscc,
    coalesce(employer.employer_name, registration.employer_name) as employer_name,
    employer.legal_form,
    link.rule is not null as is_probably_insured,
    link.dump_id,
    link.line_number
from link
inner join ancestry on link.region_code = ancestry.region_code
inner join compared on ancestry.belongs_to = compared.region_code and link.period_end = compared.period_end
inner join registration on link.source_key = registration.registration_no
left join employer on registration.employer_uscc = employer.employer_uscc
