-- Of units and the province only: they are never withheld, a county's share of a dump might have to be. Distinct
-- persons were counted by dump already: they are not looked for again. Nothing is told of drafts, which no figure is
-- made by.
with
    contribution as (

        select
            indicator_id,
            definition_version,
            part,
            counts,
            counted_on,
            region_code,
            counts_in_parents,
            dump_id,
            weight,
            sum(effect) as effect
        from {{ ref("int_indicator_rows") }}
        where
            not (indicator_id in ({{ quoted(person_counts()) }}) and part = 'numerator')
            {%- for definition in indicators() if definition.is_draft %}
                and not (
                    indicator_id = '{{ definition.indicator_id }}'
                    and definition_version = {{ definition.definition_version }}
                )
            {%- endfor %}
        group by
            indicator_id, definition_version, part, counts, counted_on, region_code, counts_in_parents, dump_id, weight

        {% for name, persons in person_counts().items() if not persons.version %}
            union all

            select
                '{{ name }}' as indicator_id,
                1 as definition_version,
                'numerator' as part,
                '{{ persons.counts }}' as counts,
                last_day(month) as counted_on,
                region_code,
                false as counts_in_parents,
                dump_id,
                weight,
                {{ persons.effect }} as effect
            from {{ ref(persons.counted_in) }}
            where {{ persons.where }}
        {% endfor %}
    )

select
    contribution.indicator_id,
    contribution.definition_version,
    ancestry.belongs_to as region_code,
    contribution.dump_id,
    contribution.part,
    contribution.counts,
    contribution.counted_on,
    cast(sum(contribution.effect * contribution.weight) as double) as amount
from contribution
inner join
    {{ ref("int_region_ancestry") }} as ancestry
    on contribution.region_code = ancestry.region_code
    and (contribution.counts_in_parents or contribution.region_code = ancestry.belongs_to)
inner join
    {{ ref("int_definition") }} as definition
    on contribution.indicator_id = definition.indicator_id
    and contribution.definition_version = definition.definition_version
where ancestry.belongs_to_level <> 'county' or not definition.is_person_based
group by
    contribution.indicator_id,
    contribution.definition_version,
    ancestry.belongs_to,
    contribution.dump_id,
    contribution.part,
    contribution.counts,
    contribution.counted_on
having sum(contribution.effect) <> 0
