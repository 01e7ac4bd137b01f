{# How records of different sources are found to be about one person. #}
{# The day of birth as eight digits of an identity number; null where there are not eighteen. #}
{% macro born_on_by_number(person) -%}
    case when length({{ person }}) = 18 then substr({{ person }}, 7, 8) end
{%- endmacro %}

{# A hash of name, day of birth (eight digits) and region; null where one of them is not known. #}
{% macro facts_hash(name, born_on, region) -%}
    case when {{ name }} is not null and {{ born_on }} is not null then {{ hash_of([name, born_on, region]) }} end
{%- endmacro %}

{# Whether a record's number was delivered with 15 digits. #}
{% macro was_extended() -%} length(id_number) < length(person_id) {%- endmacro %}

{# The rules by which two records are of one person for certain (int_person_link). #}
{% macro certain_rules() -%} {{- return(["identity_number", "extended_number"]) -}} {%- endmacro %}

{# The kind of organisation by the first two signs of a credit code (GB 32100, table 1). #}
{% macro legal_form(code) -%}
    case
        substr({{ code }}, 1, 2)
        when '91'
        then 'enterprise'
        when '92'
        then 'self_employed'
        when '93'
        then 'farmers_cooperative'
        when '11'
        then 'state_organ'
        when '12'
        then 'public_institution'
        when '51'
        then 'social_organisation'
        when '52'
        then 'private_non_enterprise'
        when '53'
        then 'foundation'
        else 'other'
    end
{%- endmacro %}
