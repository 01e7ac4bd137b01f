{#
Work that grows with what changed. A model that calls `follows_dumps_of` remembers which dumps it was built from (table
staging.built_from); the next build takes back what came from dumps that are active no more or were read anew, and adds
what is due in its place. Whatever deliveries came in whatever order, the result is that of a full build, which
`--full-refresh` asks for and every change of formulas or reference data needs.
#}
{#
Make this model incremental over the active dumps of `extract`. Where it keeps one row per key (`key`), the row of every
key that a changed dump touches is chosen anew; else rows go and come with their dump. `unit_of_work` names a column,
like month, by which rows go and come instead, and the expression for it on a dump.
#}
{% macro follows_dumps_of(extract, key=[], unit_of_work=none) -%}
    {%- set arguments = "'" ~ extract ~ "', " ~ key ~ ", " ~ unit_of_work -%}
    {{-
        config(
            materialized="incremental",
            incremental_strategy="append",
            meta={"follows": extract},
            pre_hook=[
                "{{ note_changed_dumps('" ~ extract ~ "') }}",
                "{{ note_touched_keys(" ~ arguments ~ ") }}",
                "{{ take_back_what_changed(" ~ arguments ~ ") }}",
            ],
            post_hook=["{{ forget_dumps() }}", "{{ remember_dumps('" ~ extract ~ "') }}"],
        )
    -}}
{%- endmacro %}

{# Whether a model builds on its table of the last build. A unit test, which has none, gives it all its rows. #}
{% macro follows_the_last_build() -%} {{ return(model.resource_type == "model" and is_incremental()) }} {%- endmacro %}

{# The condition, for a model whose rows go and come by a unit of work, that this one is due; `of_dump` is that unit of a dump. #}
{% macro has_changed(unit, of_dump) -%}
    {% if follows_the_last_build() %}
        {{ unit }} in (select {{ of_dump }} from changed_dump)
    {% else %} true
    {% endif %}
{%- endmacro %}

{# One or several columns as one value that can be looked up. #}
{% macro key_of(relation, key) -%}
    {%- if key | length == 1 -%} {{ relation }}.{{ key | first }}
    {%- else -%}
        ({%- for column in key -%} {{ relation }}.{{ column }} {{- ', ' if not loop.last }} {%- endfor -%})
    {%- endif -%}
{%- endmacro %}

{% macro built_from() -%} {{ target.database }}.staging.built_from {%- endmacro %}

{% macro create_built_from() -%}
    create table if not exists {{ built_from() }} (
        model varchar, dump_id varchar, look varchar, revision integer, period_end date
    )
{%- endmacro %}

{# Temporary table changed_dump: the dumps by which this model's state differs from what is active now. #}
{% macro note_changed_dumps(extract) -%}
    {%- if follows_the_last_build() -%}
        create or replace temporary table changed_dump as
        with
            active as (

                select dump_id, look, revision, period_end
                from {{ source("landed", "dump") }}
                where extract = '{{ extract }}'

            ),

            built as (

                select dump_id, look, revision, period_end
                from {{ built_from() }}
                where model = '{{ this.identifier }}'

            )

        select *, true as is_active
        from (select * from active except select * from built) as come
        union all
        select *, false as is_active
        from (select * from built except select * from active) as gone
    {%- endif -%}
{%- endmacro %}

{# Temporary table touched_key: the keys of rows that came from changed dumps, and of those that come from them now. #}
{% macro note_touched_keys(extract, key, unit_of_work) -%}
    {%- if follows_the_last_build() and key -%}
        create or replace temporary table touched_key as
        select {{ key_of("staged", key) }} as key
        from {{ this }} as staged
        where staged.dump_id in (select dump_id from changed_dump)
        union
        select {{ key_of("landed", key) }} as key
        from {{ source("landed", extract) }} as landed
        where landed.dump_id in (select dump_id from changed_dump where is_active)
    {%- endif -%}
{%- endmacro %}

{% macro take_back_what_changed(extract, key, unit_of_work) -%}
    {%- if follows_the_last_build() -%}
        delete from {{ this }} as staged
        where
            {% if key %} {{ key_of("staged", key) }} in (select key from touched_key)
            {% elif unit_of_work %} staged.{{ unit_of_work[0] }} in (select {{ unit_of_work[1] }} from changed_dump)
            {% else %} staged.dump_id in (select dump_id from changed_dump)
            {% endif %}
    {%- endif -%}
{%- endmacro %}

{% macro forget_dumps() -%} delete from {{ built_from() }} where model = '{{ this.identifier }}' {%- endmacro %}

{% macro remember_dumps(extract) -%}
    insert into {{ built_from() }}
    select '{{ this.identifier }}', dump_id, look, revision, period_end
    from {{ source("landed", "dump") }}
    where extract = '{{ extract }}'
{%- endmacro %}
