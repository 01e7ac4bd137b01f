with doubt_rules as (select * from {{ ref("doubt_rules") }})

select
    rule_id,
    severity,
    name_zh,
    name_en,
    basis_zh,
    basis_en,
    precision_zh,
    precision_en,
    {{ split_list("extracts") }} as extracts,
    is_person_based
from doubt_rules
