-- One credit code, two names: the registrations that do not bear the name which most of the code's registrations do.
with
    record as (select * from {{ ref("stg_employment__employment_registration") }}),

    employer as (select * from {{ ref("int_employer_link") }} where source = 'employment_registration')

select {{ doubtful("employment_registration", "record") }}
from record
inner join employer on record.employer_uscc = employer.employer_uscc
where record.employer_name <> employer.employer_name
