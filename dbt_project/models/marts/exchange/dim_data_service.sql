-- The list of services by which figures are shared with other departments, every version.
with data_services as (select * from {{ ref("data_services") }}), run as (select * from {{ source("landed", "run") }})

select
    data_services.service_id,
    data_services.version,
    data_services.in_force_from,
    data_services.in_force_from <= run.as_of
    and data_services.version
    = max(case when data_services.in_force_from <= run.as_of then data_services.version end) over (
        partition by data_services.service_id
    ) as is_in_force,
    data_services.name_zh,
    data_services.name_en,
    data_services.provider_zh,
    data_services.provider_en,
    data_services.consumer_zh,
    data_services.consumer_en,
    data_services.table_name,
    {{ split_list("data_services.fields") }} as fields,
    data_services.period_type,
    data_services.share_kind,
    data_services.frequency,
    data_services.due_days,
    data_services.legal_basis_zh,
    data_services.legal_basis_en,
    data_services.source_zh,
    data_services.source_en,
    data_services.confirmed_by,
    data_services.confirmed_on
from data_services
cross join run
