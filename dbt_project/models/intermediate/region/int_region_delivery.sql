{# Of extracts whose rows bear no region a dump covers the province alone. #}
with
    dump as (select * from {{ source("landed", "dump") }}),

    regions as (select * from {{ ref("regions") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }}),

    unit as (select region_code from regions where level = 'prefecture'),

    province as (select region_code from regions where level = 'province'),

    -- The regions named in the province's own dumps, before any choice between rows of one key.
    province_dump_region as (

        {% for extract, entry in extracts().items() if entry.has_region %}
            select distinct dump_id, region_code
            from {{ source("landed", extract) }}
            where unit_code in (select region_code from province) {{ 'union all' if not loop.last }}
        {% endfor %}
    ),

    covered_unit as (

        select dump.dump_id, dump.unit_code as region_code
        from dump
        inner join unit on dump.unit_code = unit.region_code

        union

        select province_dump_region.dump_id, ancestry.belongs_to as region_code
        from province_dump_region
        inner join ancestry on province_dump_region.region_code = ancestry.region_code
        where ancestry.belongs_to_level = 'prefecture'

        union

        select dump.dump_id, unit.region_code
        from dump
        inner join province on dump.unit_code = province.region_code
        cross join unit
        where dump.is_zero

    ),

    -- A unit's delivery is its counties' too.
    below_province as (

        select
            dump.extract,
            ancestry.region_code,
            dump.period_start,
            dump.period_end,
            1 as units_received,
            1 as units_expected,
            bool_or(dump.sampling_fraction <> 1) as is_estimate
        from covered_unit
        inner join dump on covered_unit.dump_id = dump.dump_id
        inner join ancestry on covered_unit.region_code = ancestry.belongs_to
        group by dump.extract, ancestry.region_code, dump.period_start, dump.period_end

    ),

    made_of as (select * from {{ ref("int_region_unit") }} where region_level = 'city_group'),

    city_group as (

        select
            dump.extract,
            made_of.region_code,
            dump.period_start,
            dump.period_end,
            count(distinct covered_unit.region_code) as units_received,
            bool_or(dump.sampling_fraction <> 1) as is_estimate
        from covered_unit
        inner join dump on covered_unit.dump_id = dump.dump_id
        inner join made_of on covered_unit.region_code = made_of.unit_code
        group by dump.extract, made_of.region_code, dump.period_start, dump.period_end

    ),

    whole_province as (

        select
            dump.extract,
            province.region_code,
            dump.period_start,
            dump.period_end,
            bool_or(dump.unit_code = province.region_code) as is_in_one_dump,
            count(distinct covered_unit.region_code) as units_covered,
            bool_or(dump.sampling_fraction <> 1) as is_estimate
        from dump
        cross join province
        left join covered_unit on dump.dump_id = covered_unit.dump_id
        where dump.unit_code in (select region_code from unit) or dump.unit_code = province.region_code
        group by dump.extract, province.region_code, dump.period_start, dump.period_end

    )

select extract, region_code, period_start, period_end, units_received, units_expected, is_estimate
from below_province

union all

select
    city_group.extract,
    city_group.region_code,
    city_group.period_start,
    city_group.period_end,
    city_group.units_received,
    expectation.units_expected,
    city_group.is_estimate
from city_group
inner join
    {{ ref("int_region_expectation") }} as expectation
    on city_group.extract = expectation.extract
    and city_group.region_code = expectation.region_code

union all

select
    whole_province.extract,
    whole_province.region_code,
    whole_province.period_start,
    whole_province.period_end,
    case when whole_province.is_in_one_dump then 1 else whole_province.units_covered end as units_received,
    case when whole_province.is_in_one_dump then 1 else expectation.units_expected end as units_expected,
    whole_province.is_estimate
from whole_province
inner join
    {{ ref("int_region_expectation") }} as expectation
    on whole_province.extract = expectation.extract
    and whole_province.region_code = expectation.region_code
