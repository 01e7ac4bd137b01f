{#
What need not be made again. Table staging.fingerprint says of each model what it was made of (its SQL and the contents
of all that it reads) and what came out: of a table its rows, whatever their order; of a view or a model that grows, what
it was made of. A model made of the same as last time is left as it stands; a table that is made anew and comes out the same
ends the matter for whatever reads it: "early cutoff" of Mokhov, Mitchell and Peyton Jones, Build systems à la carte,
2018. A test that passed on the same contents passed.

Only for DuckDB; elsewhere every model is made each time.
#}
{% macro fingerprint() -%} {{ return(target.database ~ ".staging.fingerprint") }} {%- endmacro %}

{% macro create_fingerprint() -%}
    {%- if target.type == "duckdb" -%}
        create table if not exists {{ fingerprint() }} (node varchar, made_of varchar, content varchar)
    {%- endif -%}
{%- endmacro %}

{% macro forget_sources() -%}
    {%- if target.type == "duckdb" -%} delete from {{ fingerprint() }} where node like 'source.%' {%- endif -%}
{%- endmacro %}

{#
At the begin of a run: the contents of what landing shows. Those of an extract are its active dumps, as they were read.
Receipts and the like (`quality`) are not looked at; a passing warehouse has none. What reads them is made each time.
#}
{% macro note_sources() -%}
    {%- if execute and target.type == "duckdb" -%}
        insert into {{ fingerprint() }} (node, content)
        {% for source in graph.sources.values() | selectattr("source_name", "equalto", "landed") -%}
            {%- set relation = api.Relation.create(target.database, source.schema, source.name) -%}
            select '{{ source.unique_id }}',
            {%- if is_extract(source) %}
                (
                    select {{ digest() }}
                    from
                        (
                            select dump_id, look, revision, period_end
                            from {{ target.database }}.landed.dump
                            where extract = '{{ source.name }}'
                        ) as whole_row_
                )
            {%- else %} (select {{ digest() }} from {{ relation }} as whole_row_)
            {%- endif %}
            {{ "union all" if not loop.last }}
        {% endfor %}
    {%- endif -%}
{%- endmacro %}

{% macro is_extract(source) -%}
    {{ return(source.name not in ("dump", "extract", "extract_column", "run")) }}
{%- endmacro %}

{#
Of all rows of a relation together, as a text; the order does not count. The relation's alias is one that no column
bears: DuckDB would take the column.
#}
{% macro digest() -%}
    count(*) || ':' || coalesce(sum(hash(whole_row_)), 0)
{%- endmacro %}

{% materialization table, adapter = "duckdb" %}
    {{- return(unless_the_same(dbt.materialization_table_duckdb, by_rows=true)) -}}
{% endmaterialization %}

{% materialization incremental, adapter = "duckdb" %}
    {{- return(unless_the_same(dbt.materialization_incremental_duckdb)) -}}
{% endmaterialization %}

{% materialization view, adapter = "duckdb" %}
    {{- return(unless_the_same(dbt.materialization_view_default)) -}}
{% endmaterialization %}

{% materialization test, adapter = "duckdb" %}
    {%- set made_of = inputs() -%}
    {%- if not should_full_refresh() and is_the_same(made_of) -%}
        {%- call statement("main", fetch_result=true) -%}
            select 0 as failures, false as should_warn, false as should_error
        {%- endcall -%}
        {{- return({"relations": []}) -}}
    {%- endif -%}
    {%- do forget() -%}
    {%- set relations = dbt.materialization_test_default() -%}
    {%- if load_result("main").table.columns["failures"].values() == (0,) -%}
        {%- do note_fingerprint(made_of, "''") -%}
    {%- endif -%}
    {{- return(relations) -}}
{% endmaterialization %}

{# Make this model by dbt's own materialization, unless it is there and was made of the same. #}
{% macro unless_the_same(make, by_rows=false) %}
    {%- set made_of = inputs() -%}
    {%- if load_cached_relation(this) is not none and not should_full_refresh() and is_the_same(made_of) -%}
        {%- call noop_statement("main", "KEPT") -%} {%- endcall -%} {{- return({"relations": [this]}) -}}
    {%- endif -%}
    {%- do forget() -%}
    {%- set relations = make() -%}
    {%- do note_fingerprint(
        made_of, "(select " ~ digest() ~ " from " ~ this ~ " as whole_row_)" if by_rows else made_of
    ) -%}
    {{- return(relations) -}}
{% endmacro %}

{#
An SQL expression for what this node is made of: null where the contents of something it reads are not known. A model
that follows an extract says something else when it is built anew, to the same end, and of all dumps reads those of its
extract: these are the extract's contents.
#}
{% macro inputs() -%}
    {%- set follows = config.get("meta", {}).get("follows") -%}
    {%- set said, read = [model.raw_code if follows else compiled_code], [] -%}
    {%- for node in model.depends_on.nodes -%}
        {%- if node.startswith("seed.") -%} {%- do said.append(graph.nodes[node].checksum.checksum) -%}
        {%- elif not (follows and node.endswith(".landed.dump")) -%} {%- do read.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    (
        select
            case
                when count(content) = {{ read | length }}
                then '{{ local_md5(said | join("\n")) }}' || coalesce(md5(string_agg(content, ';' order by node)), '')
            end
        from {{ fingerprint() }}
        where node in ('{{ read | join("', '") }}')
    )
{%- endmacro %}

{% macro is_the_same(made_of) -%}
    {%- set query -%}
        select count(*) from {{ fingerprint() }} where node = '{{ model.unique_id }}' and made_of = {{ made_of }}
    {%- endset -%}
    {{- return(run_query(query).columns[0].values() == (1,)) -}}
{%- endmacro %}

{% macro forget() -%}
    {%- do run_query("delete from " ~ fingerprint() ~ " where node = '" ~ model.unique_id ~ "'") -%}
{%- endmacro %}

{% macro note_fingerprint(made_of, content) -%}
    {%- do run_query(
        "insert into " ~ fingerprint() ~ " select '" ~ model.unique_id ~ "', " ~ made_of ~ ", " ~ content
    ) -%}
{%- endmacro %}
