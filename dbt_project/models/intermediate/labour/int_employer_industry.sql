-- The industry of each employer, as its newest record tells: registrations of who it employed, monitored jobs, the
-- survey
-- of pay. Of records of one day the last of the alphabet.
select employer_uscc, substr(max({{ to_text("seen_on") }} || industry_code), 11) as industry_code
from
    (
        select employer_uscc, industry_code, registered_on as seen_on
        from {{ ref("stg_employment__employment_registration") }}
        union all
        select enterprise_uscc as employer_uscc, industry_code, period_end as seen_on
        from {{ ref("stg_employment__job_monitoring") }}
        union all
        select enterprise_uscc as employer_uscc, industry_code, period_end as seen_on
        from {{ ref("stg_arbitration__wage_survey") }}
    ) as record
where industry_code is not null and employer_uscc is not null
group by employer_uscc
