-- The signals of early warning, every version, and whether anybody has confirmed their thresholds.
with signals as (select * from {{ ref("warning_signal") }}), run as (select * from {{ source("landed", "run") }})

select
    signals.signal_id,
    signals.version,
    signals.in_force_from,
    signals.in_force_from <= run.as_of
    and signals.version = max(case when signals.in_force_from <= run.as_of then signals.version end) over (
        partition by signals.signal_id
    ) as is_in_force,
    signals.domain,
    signals.kind,
    {{ split_list("signals.extracts") }} as extracts,
    signals.direction,
    signals.yellow,
    signals.orange,
    signals.red,
    signals.second_yellow,
    signals.second_orange,
    signals.second_red,
    signals.min_n,
    signals.weight,
    signals.name_zh,
    signals.name_en,
    signals.basis_zh,
    signals.basis_en,
    signals.formula_zh,
    signals.formula_en,
    signals.source_zh,
    signals.source_en,
    signals.confirmed_by,
    signals.confirmed_on,
    case when signals.confirmed_on is null then {{ note("to_be_confirmed", "zh") }} end as confirmation_zh,
    case when signals.confirmed_on is null then {{ note("to_be_confirmed", "en") }} end as confirmation_en
from signals
cross join run
