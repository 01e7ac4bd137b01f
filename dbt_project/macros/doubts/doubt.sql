{# Shared by the models of data doubts (record checks), one model per rule: int_doubt__<rule>. #}
{#
The columns of a doubtful record: its extract, where it stands, its region and period, and whom it is about (null where
it is about no person).
#}
{% macro doubtful(extract, relation, person=true) -%}
    '{{ extract }}' as extract,
    {{ relation }}.dump_id,
    {{ relation }}.line_number,
    {{ relation }}.region_code,
    {{ relation }}.period_end,
    {{ relation ~ ".person_id" if person else to_text("null") }} as person_id
{%- endmacro %}

{# The records of an extract as they stand: of who is insured, each unit's newest snapshot. #}
{% macro records_of(extract) -%}
    {{- return(ref("int_insurance_current" if extract == "insurance_enrolment" else extracts()[extract].staged)) -}}
{%- endmacro %}
