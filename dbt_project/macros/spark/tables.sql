{#
How Spark finds what it reads and where it writes: Parquet in folders that orchestration/dbt_build/spark.py names, or at
addresses of which it names a list (on_spark/pyspark_address.py reads them).
#}
{# A hook at the start of a run on Spark: name what is there and is not built by this run. #}
{% macro register_tables() -%}
    {%- if execute and target.type == "spark" and invocation_args_dict.get("which") in ("build", "run", "test") -%}
        {%- set inputs, databases = fromjson(env_var("HRSS_SPARK_INPUTS", "[]")), [] -%}
        {%- for relation in inputs -%} {%- do databases.append(relation.split(".")[0]) -%} {%- endfor -%}
        {%- for database in databases | unique -%}
            {%- call statement() -%} create database if not exists {{ database }}
            {%- endcall -%}
        {%- endfor -%}
        {%- for relation in inputs -%}
            {%- set folder = env_var("HRSS_SPARK_INPUT_" ~ relation) -%}
            {%- call statement() -%} drop table if exists {{ relation }}
            {%- endcall -%}
            {%- call statement() -%}
                create table {{ relation }}
                {% if folder.endswith(".json") %} using address options (files '{{ folder }}')
                {% else %} using parquet location '{{ folder }}'
                {% endif %}
            {%- endcall -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# dbt-spark's extension point: a table of this run lies in this run's folder. #}
{% macro spark__location_clause() -%} location '{{ env_var("HRSS_SPARK_TABLES") }}/{{ this.schema }}.{{ this.identifier }}' {%- endmacro %}

{# By model of which the rows of changed dumps alone are due: whether files of its last build lie in this run's folder. #}
{% macro kept_by_model() -%} {{ return(fromjson(env_var("HRSS_SPARK_KEPT", "{}"))) }} {%- endmacro %}

{#
Write the rows that are due, beside the files of the last build that stay. With them those that stay of files of which
others do not: relation last_build.<model>, where there are any.
#}
{% macro add_to_kept_files() %}
    {%- set table = this.incorporate(type="table") -%}
    {%- set sql -%}
        select * from (
        {{ compiled_code }}
        )
        {%- if "last_build." ~ this.identifier in fromjson(env_var("HRSS_SPARK_INPUTS")) %}
        union all
        select * from last_build.{{ this.identifier }} as written
        where not {{ is_of_changed_dump("written", config.get("meta").unit_of_work) }}
        {%- endif -%}
    {%- endset -%}
    {%- call statement() -%} drop table if exists {{ table }}
    {%- endcall -%}
    {%- if kept_by_model()[model.unique_id] -%}
        {%- call statement() -%} create table {{ table }} using parquet {{ location_clause() }}
        {%- endcall -%}
        {%- call statement("main") -%} insert into {{ table }} {{ sql }}
        {%- endcall -%}
    {%- else -%} {%- call statement("main") -%} {{ create_table_as(false, table, sql) }} {%- endcall -%}
    {%- endif -%}
    {{- return({"relations": [table]}) -}}
{% endmacro %}

{# Contracts name DuckDB's types: they are held when DuckDB makes its view of what Spark wrote. #}
{% macro spark__get_assert_columns_equivalent(sql) -%} {%- endmacro %}
