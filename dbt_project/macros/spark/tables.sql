{# How Spark finds what it reads and where it writes: Parquet in folders that orchestration/dbt_build/spark.py names. #}
{# A hook at the start of a run on Spark: name what is there and is not built by this run. #}
{% macro register_tables() -%}
    {%- if execute and target.type == "spark" and invocation_args_dict.get("which") in ("build", "run", "test") -%}
        {%- set inputs, databases = fromjson(env_var("HRSS_SPARK_INPUTS", "{}")), [] -%}
        {%- for relation in inputs -%} {%- do databases.append(relation.split(".")[0]) -%} {%- endfor -%}
        {%- for database in databases | unique -%}
            {%- call statement() -%} create database if not exists {{ database }}
            {%- endcall -%}
        {%- endfor -%}
        {%- for relation, folder in inputs.items() -%}
            {%- call statement() -%} drop table if exists {{ relation }}
            {%- endcall -%}
            {%- call statement() -%} create table {{ relation }} using parquet location '{{ folder }}' {%- endcall -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# dbt-spark's extension point: a table of this run lies in this run's folder. #}
{% macro spark__location_clause() -%} location '{{ env_var("HRSS_SPARK_TABLES") }}/{{ this.schema }}.{{ this.identifier }}' {%- endmacro %}

{# Contracts name DuckDB's types: they are held when DuckDB makes its view of what Spark wrote. #}
{% macro spark__get_assert_columns_equivalent(sql) -%} {%- endmacro %}
