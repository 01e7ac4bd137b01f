with definition as (select * from {{ ref("int_definition") }}), run as (select * from {{ source("landed", "run") }})

select
    indicator_id,
    definition_version,
    in_force_from,
    name_zh,
    name_en,
    unit,
    measure_kind,
    direction,
    formula_zh,
    formula_en,
    {{ split_list("source_extracts") }} as source_extracts,
    {{ split_list("period_types") }} as period_types,
    is_additive_in_time,
    is_person_based,
    in_force_to,
    series_number,
    {{ is_in_force("definition", "run.as_of") }} as is_in_force
from definition
cross join run
