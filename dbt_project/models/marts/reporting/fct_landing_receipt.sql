-- Who submitted a dump may be a person and stays inside; so does the name of a file that could not be identified, which
-- may be anything.
with receipt as (

    select * from {{ source('quality', 'landing_receipt') }}

)

select
    dump_id,
    case when {{ list_has('reasons', "'unidentified'") }} then {{ sha256_hex('path') }} else path end as path,
    sha256,
    bytes,
    source,
    extract,
    period_start,
    period_end,
    unit_code,
    revision,
    encoding,
    delimiter,
    rows_read,
    rows_loaded,
    rows_refused,
    rows_repeated,
    rows_skipped,
    status,
    reasons,
    warnings,
    message_zh,
    message_en,
    sampling_fraction,
    {{ local_time('landed_at') }} as landed_at,
    as_of,
    is_synthetic
from receipt
