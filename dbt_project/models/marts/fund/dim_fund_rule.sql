-- The rules of fund supervision that are in force.
with
    rules as (select * from {{ ref("fund_rules") }}),

    run as (select * from {{ source("landed", "run") }}),

    newest as (

        select rules.rule_id, max(rules.version) as version
        from rules
        cross join run
        where rules.in_force_from <= run.as_of
        group by rules.rule_id

    )

select
    rules.rule_id as rule,
    rules.version,
    rules.priority,
    rules.name_zh,
    rules.name_en,
    rules.basis_zh,
    rules.basis_en,
    {{ split_list("rules.inputs") }} as inputs,
    rules.amount_formula,
    rules.precision_zh,
    rules.precision_en,
    rules.in_force_from,
    rules.source_zh,
    rules.source_en,
    rules.confirmed_by,
    rules.confirmed_on
from rules
inner join newest on rules.rule_id = newest.rule_id and rules.version = newest.version
