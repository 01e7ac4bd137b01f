{#
Incremental strategy `replace_dumps`: a model remembers which dumps it was built from (table build.model_dump). The next
build deletes the rows of dumps that are no longer active or were read anew, and inserts those that are due instead.
Whatever dumps came in whatever order, the result is that of a full build.
#}
{#
Make this model incremental over the active dumps of `extract`. With `key` it keeps one row per key: the row of every key
that a changed dump touches is chosen anew. Otherwise rows are replaced dump by dump, or by `unit_of_work`: a column, like
month, and the expression for it on a dump.
#}
{% macro incremental_over_dumps_of(extract, key=[], unit_of_work=none) -%}
    {{-
        config(
            materialized="incremental_if_changed",
            incremental_strategy="replace_dumps",
            unique_key=key or none,
            meta={"follows": extract, "unit_of_work": unit_of_work},
            pre_hook="{{ stage_changed_dumps('" ~ extract ~ "', " ~ key ~ ") }}",
            post_hook="{{ save_dumps('" ~ extract ~ "') }}",
        )
    -}}
{%- endmacro %}

{# dbt's extension point for strategies. #}
{% macro get_incremental_replace_dumps_sql(arg_dict) -%}
    {%- set columns = arg_dict["dest_columns"] | map(attribute="quoted") | join(", ") -%}
    {{ delete_changed_rows(arg_dict["target_relation"], arg_dict["unique_key"], config.get("meta").unit_of_work) }};
    insert into {{ arg_dict["target_relation"] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict["temp_relation"] }}
{%- endmacro %}

{% macro delete_changed_rows(relation, key, unit_of_work) -%}
    delete from {{ relation }} as staged
    where
        {% if key %} {{ key_of("staged", key) }} in (select key from touched_key)
        {% else %} {{ is_of_changed_dump("staged", unit_of_work) }}
        {% endif %}
{%- endmacro %}

{# Whether a row is one of those that are replaced. #}
{% macro is_of_changed_dump(row, unit_of_work) -%}
    {% set unit, of_dump = unit_of_work or ["dump_id", "dump_id"] -%}
    {{ row }}.{{ unit }} in (select {{ of_dump }} from changed_dump)
{%- endmacro %}

{#
A hook before the model. Temporary table changed_dump: the dumps by which the model's table differs from what is active
now. With a key, touched_key: the keys of rows that came from these dumps, and of those that come from them now. On Spark
changed_dump is a table that orchestration/dbt_build/spark.py names, and nothing has a key.
#}
{% macro stage_changed_dumps(extract, key) -%}
    {%- if target.type == "duckdb" and builds_on_last_build() -%}
        create or replace temporary table changed_dump as
        with
            active as (

                select dump_id, look, revision, period_end
                from {{ source("landed", "dump") }}
                where extract = '{{ extract }}'

            ),

            built as (

                select dump_id, look, revision, period_end
                from {{ build_table("model_dump") }}
                where model = '{{ this.identifier }}'

            )

        select *, true as is_active
        from (select * from active except select * from built) as added
        union all
        select *, false as is_active
        from (select * from built except select * from active) as removed
        {%- if key -%}
            ;
            create or replace temporary table touched_key as
            select {{ key_of("staged", key) }} as key
            from {{ this }} as staged
            where staged.dump_id in (select dump_id from changed_dump)
            union
            select {{ key_of("landed", key) }} as key
            from {{ source("landed", extract) }} as landed
            where landed.dump_id in (select dump_id from changed_dump where is_active)
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# A hook after the model, in its transaction; of what Spark wrote, it has been said. #}
{% macro save_dumps(extract) -%}
    {%- if target.type == "duckdb" and not spark_folder() -%}
        delete from {{ build_table("model_dump") }} where model = '{{ this.identifier }}';
        insert into {{ build_table("model_dump") }}
        select '{{ this.identifier }}', dump_id, look, revision, period_end
        from {{ source("landed", "dump") }}
        where extract = '{{ extract }}'
    {%- endif -%}
{%- endmacro %}

{# The condition, for a model whose rows are replaced by a unit of work, that this one is due; `of_dump` is that unit of a dump. #}
{% macro is_due(unit, of_dump) -%}
    {% if builds_on_last_build() %}
        {{ unit }} in (select {{ of_dump }} from changed_dump)
    {% else %} true
    {% endif %}
{%- endmacro %}

{# One or several columns as one value that can be looked up. #}
{% macro key_of(relation, key) -%}
    {%- if key | length == 1 -%} {{ relation }}.{{ key | first }}
    {%- else -%} {{ adapter.dispatch("key_of_several", "hrss")(relation, key) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__key_of_several(relation, key) -%}
    struct({%- for column in key -%} {{ relation }}.{{ column }} {{- ', ' if not loop.last }} {%- endfor -%})
{%- endmacro %}

{# Its fields have names: DuckDB makes no table of an unnamed struct. #}
{% macro duckdb__key_of_several(relation, key) -%}
    {
    {%- for column in key -%} '{{ column }}': {{ relation }}.{{ column }} {{- ', ' if not loop.last }} {%- endfor -%}
    }
{%- endmacro %}
