{# A person counts once a year: in the month of the first certificate among the region's own rows. #}

with first_of_year as (

    select
        ancestry.belongs_to as region_code,
        certificate.person_id,
        {{ month_of('min(certificate.issued_on)') }} as month,
        min(certificate.weight) as weight
    from {{ ref('stg_talent__professional_qualification') }} as certificate
    inner join {{ ref('int_region_ancestry') }} as ancestry
        on certificate.region_code = ancestry.region_code
    group by
        ancestry.belongs_to,
        certificate.person_id,
        extract(year from certificate.issued_on)

),

regional as (

    select
        region_code,
        month,
        weight,
        count(*) as counted
    from first_of_year
    group by
        region_code,
        month,
        weight

),

by_weight as (

    {{ counted_in_flow_periods('professional_qualification', 'regional') }}

),

measured as (

    {{ weighed('by_weight') }}

)

{{ count_indicator('professional_qualification_certificates', per=10000) }}
