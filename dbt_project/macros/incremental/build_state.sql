{#
What dbt remembers between runs, in schema `build` of the warehouse, and within a run, in dbt's `graph`: all nodes of a run
share it.
#}
{% macro build_table(name) -%} {{ return(target.database ~ ".build." ~ name) }} {%- endmacro %}

{# By node: project, inputs, content. Empty where no run has started, as in `dbt compile`. #}
{% macro model_states() -%} {{ return(graph.get("hrss_build", {}).get("states", {})) }} {%- endmacro %}

{# Of everything that decides the SQL; none where it cannot be told. #}
{% macro project_hash() -%} {{ return(graph.get("hrss_build", {}).get("project")) }} {%- endmacro %}

{# The folder of Parquet files in which Spark wrote this model; none where DuckDB builds it. #}
{% macro spark_folder() -%} {{ return(graph.get("hrss_build", {}).get("folders", {}).get(model.unique_id)) }} {%- endmacro %}

{# A hook at the start of a run: read all states in one query. `dbt compile` renders hooks too, without a connection. #}
{% macro load_build_state() -%}
    {%- set runs = invocation_args_dict.get("which") in ("build", "retry", "run", "seed", "snapshot", "test") -%}
    {%- if execute and runs and target.type == "duckdb" -%}
        {%- do run_query(create_build_tables()) -%}
        {%- set states, options = {}, run_options() -%}
        {%- set build = {"states": states, "project": none, "folders": {}} -%}
        {%- for kind, node, project, inputs, content in run_query(all_states()).rows -%}
            {%- if kind == "state" -%}
                {%- do states.update({node: {"project": project, "inputs": inputs, "content": content}}) -%}
            {%- elif kind == "source" -%} {%- do states.update({node: {"content": content}}) -%}
            {%- elif kind == "folder" -%} {%- do build.folders.update({node: content}) -%}
            {%- elif content is not none and not flags.DEFER -%}
                {%- do build.update({"project": local_md5(content ~ options)}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do graph.update({"hrss_build": build}) -%}
    {%- endif -%}
{%- endmacro %}

{% macro create_build_tables() -%}
    create schema if not exists {{ target.database }}.build;
    create table if not exists {{ build_table("model_state") }} (
        node varchar, project varchar, inputs varchar, content varchar
    );
    create table if not exists {{ build_table("model_dump") }} (
        model varchar, dump_id varchar, look varchar, revision integer, period_end date
    );
    create table if not exists {{ build_table("spark_table") }} (node varchar, folder varchar);
    create table if not exists {{ build_table("source") }} (node varchar, content varchar);
    delete from {{ build_table("source") }};  -- until a build of everything ends well: orchestration/dbt_build/selection.py
    create schema if not exists {{ target.database }}.staging;
    drop table if exists {{ target.database }}.staging.fingerprint;  -- until November 2026 in the place of model_state
    drop table if exists {{ target.database }}.staging.built_from
{%- endmacro %}

{# What decides the SQL besides the project's files: variables, target, database settings, dbt's version and options. #}
{% macro run_options() -%}
    {%- set settings = [] -%}
    {%- set of_database = dict(target.config_options or {}, **(target.settings or {})) -%}
    {%- for name, value in of_database.items() if name not in ("memory_limit", "threads") -%}
        {%- do settings.append(name ~ "=" ~ value) -%}
    {%- endfor -%}
    {{-
        return(
            [
                dbt_version,
                target.name,
                target.schema,
                settings | sort,
                invocation_args_dict.get("vars"),
                flags.EMPTY,
                flags.SAMPLE,
                flags.EVENT_TIME_START,
                flags.EVENT_TIME_END,
            ]
            | string
        )
    -}}
{%- endmacro %}

{#
Columns kind, node, project, inputs, content. One row for the project: a hash of its files, null where one has been
written since dbt started, which may have read it before. One for each saved state, one for each table that Spark wrote
(orchestration/dbt_build/spark.py), and one for each source of landing:
an extract's contents are its active dumps, as they were read. Sources of other schemas (receipts and the like) have
none: what reads them is built every time.
#}
{% macro all_states() -%}
    {%- set folder = invocation_args_dict.get("project_dir") | string -%}
    {%- set files = [
        folder ~ "/*.yml",
        folder ~ "/*.csv",
        folder ~ "/macros/**",
        folder ~ "/models/**",
        folder ~ "/seeds/**",
        folder ~ "/tests/**",
        folder ~ "/../orchestration/statistics/*.py",
        folder ~ "/../requirements.lock*",
    ] -%}
    {%- set landed = graph.sources.values() | selectattr("source_name", "equalto", "landed") | list %}
    select 'project' as kind, null as node, null as project, null as inputs,
        case
            when max(last_modified) < timestamptz '{{ env_var("HRSS_DBT_READ_AT", run_started_at | string) }}'
            then md5(string_agg(name || ':' || md5(content), ';' order by name)) || version()
        end as content
    from (
        select substr(filename, {{ folder | length + 1 }}) as name, content, last_modified
        from read_blob(['{{ files | join("', '") }}'])
    ) as file
    union all
    select 'state', node, project, inputs, content
    from {{ build_table("model_state") }}
    union all
    select 'folder', node, null, null, folder
    from {{ build_table("spark_table") }}
    union all
    select 'source', extract.node, null, null, coalesce(active.content, '')
    from (
        values
            {%- for source in landed if is_extract(source) %}
            ('{{ source.unique_id }}', '{{ source.name }}') {{- "," if not loop.last }}
            {%- endfor %}
    ) as extract(node, name)
    left join (
        select whole_row_.extract, {{ content_hash() }} as content
        from (
            select extract, dump_id, look, revision, period_end
            from {{ target.database }}.landed.dump
        ) as whole_row_
        group by whole_row_.extract
    ) as active on extract.name = active.extract
    {%- for source in landed if not is_extract(source) %}
    union all
    select 'source', '{{ source.unique_id }}', null, null, {{ content_hash() }}
    from {{ api.Relation.create(target.database, source.schema, source.name) }} as whole_row_
    {%- endfor %}
{%- endmacro %}

{# Whether a source is an extract: its contract says how it is loaded. #}
{% macro is_extract(source) -%} {{ return("load" in source.config.meta) }} {%- endmacro %}
