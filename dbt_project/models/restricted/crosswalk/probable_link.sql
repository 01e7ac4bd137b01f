select
    source_pair,
    period_end,
    region_code,
    source,
    source_key,
    person_id,
    rule,
    dump_id,
    line_number,
    probable_dump_id as other_dump_id,
    probable_line_number as other_line_number
from {{ ref("int_person_link") }}
where rule = 'name_birth_county'
