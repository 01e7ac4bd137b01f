-- Who submitted or withdrew a dump may be a person and stays inside; so does a path that says more than what the dump
-- is, of which landing gives the hash.
with receipt as (select * from {{ source("quality", "landing_receipt") }})

select
    dump_id,
    public_path as path,
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
    {{ local_time("landed_at") }} as landed_at,
    as_of,
    is_synthetic
from receipt
