{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Made by publication, where the tables of releases stand.
with
    newest as (

        select release_id, inputs_sha256 from {{ source("published", "release") }} order by published_at desc limit 1

    ),

    series as (

        select distinct series_id, indicator_id, region_code, period_type, definition_version
        from {{ ref("fct_indicator_value") }}

    )

select
    series.series_id,
    series.indicator_id,
    series.region_code,
    series.period_type,
    series.definition_version,
    newest.release_id,
    newest.inputs_sha256,
    {%- for language in ("zh", "en") %}
        {%- set places = dict(
            series="series.series_id", release_id="newest.release_id", sha256="newest.inputs_sha256"
        ) %}
        {{ note("citation", language, places) }} as citation_{{ language }}{{ "," if not loop.last }}
    {%- endfor %}
from series
cross join newest
