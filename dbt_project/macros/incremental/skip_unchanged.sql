{#
Materializations that skip a model whose inputs have not changed. dbt's own (table, view, incremental, test) are untouched.

- `table_if_changed`: dbt's `table`, made in one statement, or left as it stands.
- `incremental_if_changed`: dbt's `incremental`, with any incremental strategy, or left as it stands. Rebuilt in full when
  anything in the project has changed since its last build.
- `view_if_changed`: dbt's `view`, made again when anything in the project has changed. What reads one follows what that
  reads.

Table build.model_state holds, for every such model and every seed, what it was built from (`project`, `inputs`) and what
came out (`content`). It is read once, when a run starts, and a model's row is written in the transaction that writes the
model's table. If a rebuilt table is identical to the last one, its downstream models are skipped ("early cutoff": Mokhov,
Mitchell, Peyton Jones, Build systems à la carte, 2018).

DuckDB only; on other engines the first two build a table every time, the third a view. Of a model that Spark wrote
(spark_folder) DuckDB makes a view of Spark's files; a folder that Spark wrote is never written again. Where files of the
last build stay (macros/spark/tables.sql), Spark's `incremental_if_changed` adds to them.
#}
{# dbt lets Python run from here alone, from no macro. #}
{% materialization table_if_changed, adapter = "duckdb", supported_languages = ["sql", "python"] %}
    {%- if model.language == "python" and not is_unchanged(input_hash()) -%}
        {%- call statement("rows", language="python") -%} {{- python_rows(compiled_code) -}} {%- endcall -%}
    {%- endif -%}
    {{- return(build_if_changed()) -}}
{% endmaterialization %}

{% materialization incremental_if_changed, adapter = "duckdb" %} {{- return(build_if_changed()) -}} {% endmaterialization %}

{% materialization view_if_changed, adapter = "duckdb" %} {{- return(build_if_changed()) -}} {% endmaterialization %}

{% materialization table_if_changed, default %}
    {{- return(dbt.materialization_table_default()) -}}
{% endmaterialization %}

{% materialization incremental_if_changed, default %}
    {{- return(dbt.materialization_table_default()) -}}
{% endmaterialization %}

{% materialization table_if_changed, adapter = "spark", supported_languages = ["sql", "python"] %}
    {{- return(dbt.materialization_table_spark()) -}}
{% endmaterialization %}

{% materialization incremental_if_changed, adapter = "spark" %}
    {{- return(add_to_kept_files() if builds_on_last_build() else dbt.materialization_table_spark()) -}}
{% endmaterialization %}

{% materialization view_if_changed, default %}
    {{- return(dbt.materialization_view_default()) -}}
{% endmaterialization %}

{% macro build_if_changed() %}
    {%- set target_relation = this.incorporate(type=relation_type()) -%}
    {%- set inputs = input_hash() -%}
    {%- if is_unchanged(inputs) -%}
        {%- do tell("UNCHANGED", model_states()[model.unique_id].content) -%} {{- return({"relations": [target_relation]}) -}}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and existing.type != target_relation.type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}

    {{- run_hooks(pre_hooks, inside_transaction=False) -}}
    {{- run_hooks(pre_hooks, inside_transaction=True) -}}
    {%- if spark_folder() -%} {%- set sql = rows_in(spark_folder()) -%}
    {%- elif model.language == "python" -%} {%- set sql = "from " ~ this.identifier ~ "__rows" -%}
    {%- else -%} {%- set sql = compiled_code -%}
    {%- endif -%}
    {%- call statement("main") -%}
        {%- if target_relation.is_view -%} {{ replace_view(target_relation, sql) }}
        {%- elif builds_on_last_build() -%} {{ update_table(target_relation, sql) }}
        {%- else -%} {{ replace_table(target_relation, sql) }}
        {%- endif -%}
    {%- endcall -%}
    {%- do create_indexes(target_relation) -%}
    {{- run_hooks(post_hooks, inside_transaction=True) -}}
    {%- set comments = comment_statements(target_relation) -%}
    {%- set content = run_query(comments ~ save_model_state(inputs)).rows[0][0] -%}
    {%- do adapter.commit() -%}
    {%- do model_states().update({model.unique_id: {"project": project_hash(), "inputs": inputs, "content": content}}) -%}
    {{- run_hooks(post_hooks, inside_transaction=False) -}}
    {%- do tell("OK", content) -%} {{- return({"relations": [target_relation]}) -}}
{% endmacro %}

{# What dbt says of a model, with the rows of its table, as "OK 17": Dagster shows them, but of restricted ones nothing. #}
{% macro tell(message, content) -%}
    {%- if is_view() or model.schema == "restricted" -%} {%- set rows = "" -%}
    {%- elif content and ":" in content -%} {%- set rows = " " ~ content.split(":")[0] -%}
    {%- else -%} {%- set rows = " " ~ run_query("select count(*) from " ~ this).rows[0][0] -%}
    {%- endif -%}
    {%- do store_raw_result(name="main", message=message ~ rows, code=message, rows_affected=none) -%}
{%- endmacro %}

{# A Python model, whose relation is kept for the statement that makes the table. #}
{% macro python_rows(python) -%}
{{ python }}

def materialize(rows, connection):
    connection.register("python_rows", rows)
    connection.execute("create or replace temporary table {{ this.identifier }}__rows as from python_rows")
{% endmacro %}

{# One statement where dbt creates, renames and drops; a reader sees the old table until the transaction ends. #}
{% macro replace_table(relation, sql) -%}
    {%- if config.get("contract").enforced -%}
        {{- get_assert_columns_equivalent(sql) -}}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(sql) }})
    {%- else -%} create or replace table {{ relation }} as ({{ sql }}
        )
    {%- endif -%}
{%- endmacro %}

{% macro replace_view(relation, sql) -%}
    {%- if config.get("contract").enforced -%} {{- get_assert_columns_equivalent(sql) -}} {%- endif -%}
    create or replace view {{ relation }} as ({{ sql }}
        )
{%- endmacro %}

{# Spark's files of this model, in the types that its YAML names. #}
{% macro rows_in(folder) -%}
    {%- set typed = model.columns.values() | selectattr("data_type") | list -%}
    select *
    {%- if typed %} replace (
        {%- for column in typed -%}
            cast({{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
            {{- ", " if not loop.last }}
        {%- endfor -%}
    ) {%- endif %}
    from read_parquet({{ dbt.string_literal(folder ~ "/*.parquet") }})
{%- endmacro %}

{# The incremental strategy's statements, on a temporary table of the model's rows. #}
{% macro update_table(relation, sql) -%}
    {%- if config.get("contract").enforced -%} {{- get_assert_columns_equivalent(sql) -}} {%- endif -%}
    {%- set rows = make_temp_relation(relation) -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(context, config.get("incremental_strategy") or "default") -%}
    {%- set arguments = {
        "target_relation": relation,
        "temp_relation": rows,
        "unique_key": config.get("unique_key"),
        "dest_columns": adapter.get_columns_in_relation(relation),
        "incremental_predicates": config.get("incremental_predicates"),
    } -%}
    create temporary table {{ rows }} as ({{ sql }}
    );
    {{ strategy(arguments) }};
    drop table {{ rows }}
{%- endmacro %}

{#
What dbt's persist_docs does, as text: the statements run together with the one that saves the state. Every column that is
described is there: it is not asked for first.
#}
{% macro comment_statements(relation) -%}
    {%- if config.persist_relation_docs() and model.description -%}
        {{ alter_relation_comment(relation, model.description) }}
    {%- endif -%}
    {%- if config.persist_column_docs() -%}
        {%- for column in model.columns.values() if column.description -%}
            {%- set text = dbt.string_literal(dbt.escape_single_quotes(column.description)) -%}
            comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ text }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#
Whether this model is built upon its table of the last build. Neither --full-refresh nor a unit test does, nor a project
that has changed.
#}
{% macro builds_on_last_build() -%}
    {%- if target.type == "spark" -%} {{- return(execute and model.unique_id in kept_by_model()) -}} {%- endif -%}
    {{-
        return(
            config.get("materialized") == "incremental_if_changed"
            and not spark_folder()
            and is_of_this_project()
        )
    -}}
{%- endmacro %}

{% macro is_unchanged(inputs) -%}
    {{-
        return(
            inputs is not none
            and model_states().get(model.unique_id, {}).get("inputs") == inputs
            and is_of_this_project()
        )
    -}}
{%- endmacro %}

{# Whether this model's table stands, was built by the project as it is now, and may be kept. #}
{% macro is_of_this_project() -%}
    {%- if (
        not execute
        or model.resource_type != "model"
        or should_full_refresh()
        or project_hash() is none
        or model_states().get(model.unique_id, {}).get("project") != project_hash()
    ) -%} {{- return(false) -}}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {{- return(existing is not none and existing.type == relation_type()) -}}
{%- endmacro %}

{% macro relation_type() -%} {{- return("view" if is_view() or spark_folder() else "table") -}} {%- endmacro %}

{# Whether the model says so: what reads it then follows what it reads. #}
{% macro is_view() -%} {{- return(config.get("materialized") == "view_if_changed") -}} {%- endmacro %}

{#
A hash of what this model reads and of its SQL; none where something it reads has no known contents. A model that follows
an extract has other SQL when it builds upon its last build, to the same end, and of all dumps reads those of its extract.
A view depends on its SQL alone, what Spark wrote on where that is.
#}
{% macro input_hash() -%}
    {%- if spark_folder() -%} {{- return(local_md5(spark_folder())) -}} {%- endif -%}
    {%- set follows = config.get("meta", {}).get("follows") -%}
    {%- set known, unknown = [], [] -%}
    {%- for node in inputs_of(model) if not is_view() -%}
        {%- if not (follows and node.endswith(".landed.dump")) -%}
            {%- set content = model_states().get(node, {}).get("content") -%}
            {%- if content is none or not has_known_content(node) -%} {%- do unknown.append(node) -%}
            {%- else -%} {%- do known.append(node ~ "=" ~ content) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(none if unknown else local_md5(("" if follows else compiled_code) ~ "\n" ~ known | sort | join("\n"))) -}}
{%- endmacro %}

{# What a model reads, as nodes: in the place of an ephemeral model, and of a view of the project as it is, what that reads. #}
{% macro inputs_of(reader) -%}
    {%- set found = [] -%}
    {%- for node in reader.depends_on.nodes -%}
        {%- set materialized = graph.nodes.get(node, {}).get("config", {}).get("materialized") -%}
        {%- set is_made = node in selected_resources or model_states().get(node, {}).get("project") == project_hash() -%}
        {%- if materialized == "ephemeral" or (materialized == "view_if_changed" and is_made) -%}
            {%- do found.extend(inputs_of(graph.nodes[node])) -%}
        {%- else -%} {%- do found.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found | unique | list) -}}
{%- endmacro %}

{# Of a node that dbt's own materializations write nobody notes what came out. #}
{% macro has_known_content(node) -%}
    {{-
        return(
            node.startswith("source.")
            or graph.nodes[node].config.materialized in ("table_if_changed", "incremental_if_changed", "seed")
        )
    -}}
{%- endmacro %}

{# Of all rows of a relation, in any order. Its alias is one that no column bears: DuckDB would take the column. #}
{% macro content_hash() -%} count(*) || ':' || coalesce(sum(hash(whole_row_)), 0) {%- endmacro %}

{#
The statements that save this model's state; the last returns its content. Of an incremental model the content is what it
was built from: its rows may be many. A view's is that of what it reads.
#}
{% macro save_model_state(inputs) -%}
    {%- if config.get("materialized") == "table_if_changed" -%} {{- replace_state(content_hash(), this, inputs) -}}
    {%- elif is_view() -%} {{- replace_state("null", none, inputs) -}}
    {%- elif inputs is none or project_hash() is none -%} {{- replace_state("null", none, inputs) -}}
    {%- else -%} {{- replace_state("'" ~ local_md5(project_hash() ~ inputs) ~ "'", none, inputs) -}}
    {%- endif -%}
{%- endmacro %}

{# A hook after seeds: what reads them is skipped as long as their rows stay the same. #}
{% macro save_seed_state() -%}
    {%- if execute and target.type == "duckdb" -%}
        {%- set content = run_query(replace_state(content_hash(), this, none)).rows[0][0] -%}
        {%- do model_states().update({model.unique_id: {"content": content}}) -%}
    {%- endif -%}
{%- endmacro %}

{% macro replace_state(content, relation, inputs) -%}
    delete from {{ build_table("model_state") }} where node = '{{ model.unique_id }}';
    insert into {{ build_table("model_state") }}
    select
        '{{ model.unique_id }}',
        {{ "'" ~ project_hash() ~ "'" if project_hash() else "null" }},
        {{ "'" ~ inputs ~ "'" if inputs else "null" }},
        {{ content }}
    {% if relation %} from {{ relation }} as whole_row_ {% endif %}
    returning content
{%- endmacro %}
