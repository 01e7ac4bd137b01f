-- All but the newest of a person's valid cards.
with
    card as {{ not_materialized_cte() }} (

        select card.*
        from {{ ref("stg_pension__social_card") }} as card
        inner join
            {{ ref("int_delivery_cutoff") }} as known
            on known.extract = 'social_card'
            and card.region_code = known.region_code
        where
            card.issued_on <= known.known_until and (card.cancelled_on is null or card.cancelled_on > known.known_until)

    ),

    several as (

        select person_id
        from card
        where {{ has_duplicate_hash("card", ["person_id"]) }}
        group by person_id
        having count(*) > 1

    ),

    record as (

        select
            card.*,
            row_number() over (
                partition by card.person_id order by card.issued_on desc, card.card_no desc
            ) as newest_first
        from card
        inner join several on card.person_id = several.person_id

    )

select {{ doubtful("social_card", "record") }}
from record
where record.newest_first > 1
