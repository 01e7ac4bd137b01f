{#
Payments of a month that share their person or their account with another: all that a rule on several payments can be
about, and little else. Month by month, of everything that landed: where an event stands in two dumps only one counts, and
which is told by staging, which whoever reads this asks.
#}
{{ incremental_over_dumps_of("pension_payment", unit_of_work=["month", month_of("period_end")]) }}

with
    payment as {{ not_materialized_cte() }} (

        select
            dump_id,
            line_number,
            {{ month_of("period_end") }} as month,
            {{ person_id("id_number") }} as person_id,
            account_hash
        from {{ source("landed", "pension_payment") }}
        where {{ is_due(month_of("period_end"), month_of("period_end")) }}

    )

select dump_id, line_number, month
from payment
where
    {{ has_duplicate_hash("payment", ["month", "person_id"]) }}
    or {{ has_duplicate_hash("payment", ["month", "account_hash"], "account_hash is not null") }}
