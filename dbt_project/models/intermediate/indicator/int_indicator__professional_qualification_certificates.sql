{#
A person counts once a year: in the month of the first certificate among the region's own rows, with the smallest weight
of that day. What is delivered later of the same year changes nothing.
#}
with
    ranked as (

        select
            ancestry.belongs_to as region_code,
            {{ month_of("certificate.issued_on") }} as month,
            certificate.weight,
            row_number() over (
                partition by ancestry.belongs_to, certificate.person_id, extract(year from certificate.issued_on)
                order by certificate.issued_on, certificate.weight
            ) as standing
        from {{ ref("stg_talent__professional_qualification") }} as certificate
        inner join {{ ref("int_region_ancestry") }} as ancestry on certificate.region_code = ancestry.region_code

    ),

    regional as (

        select region_code, month, weight, count(*) as counted
        from ranked
        where standing = 1
        group by region_code, month, weight

    ),

    by_weight as ({{ counted_in_flow_periods("professional_qualification", "regional") }}),

    measured as ({{ weighed("by_weight") }})

    {{ count_indicator("professional_qualification_certificates", per=10000) }}
