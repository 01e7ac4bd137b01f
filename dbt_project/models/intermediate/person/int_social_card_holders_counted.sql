{#
Holders of social cards and of e-cards: by region the changes, from month to month, in the number of distinct persons
who hold one at the month's end. A person with one card comes and goes with it; the cards of a person with several are
first put together per region, so that a person counts once however many are valid.
#}
with
    card as (

        select
            'card' as holding,
            person_id,
            region_code,
            weight,
            {{ month_of("issued_on") }} as from_month,
            {{ month_of("cancelled_on") }} as to_month
        from {{ ref("stg_pension__social_card") }}

        union all

        select
            'e_card' as holding,
            person_id,
            region_code,
            weight,
            {{ month_of("greatest(issued_on, e_card_claimed_on)") }} as from_month,
            {{ month_of("cancelled_on") }} as to_month
        from {{ ref("stg_pension__social_card") }}
        where e_card_claimed_on is not null

    ),

    -- Valid at the ends of the months from from_month until before to_month.
    valid_card as (

        select holding, person_id, region_code, weight, from_month, coalesce(to_month, date '9999-12-01') as to_month
        from card
        where to_month is null or to_month > from_month

    ),

    person as (

        select
            holding,
            person_id,
            count(*) as cards,
            min(region_code) as region_code,
            max(region_code) as last_region_code,
            min(weight) as weight,
            min(from_month) as from_month,
            max(to_month) as to_month
        from valid_card
        group by holding, person_id

    ),

    -- The cards of persons who have several, in each region where they must be told apart.
    shared_card as (

        select
            valid_card.holding,
            valid_card.person_id,
            ancestry.belongs_to as region_code,
            person.region_code = person.last_region_code as is_in_one_region,
            valid_card.weight,
            valid_card.from_month,
            valid_card.to_month
        from valid_card
        inner join person on valid_card.holding = person.holding and valid_card.person_id = person.person_id
        inner join {{ ref("int_region_ancestry") }} as ancestry on valid_card.region_code = ancestry.region_code
        where
            person.cards > 1
            and (person.region_code <> person.last_region_code or ancestry.belongs_to = valid_card.region_code)

    ),

    turn as (

        select holding, person_id, region_code, from_month as month
        from shared_card

        union

        select holding, person_id, region_code, to_month as month
        from shared_card

    ),

    stretch as (

        select
            holding,
            person_id,
            region_code,
            month as from_month,
            lead(month) over (partition by holding, person_id, region_code order by month) as to_month
        from turn

    ),

    -- Between two turns the same cards are valid: the person counts once, with the smallest weight of them.
    holder as (

        select
            stretch.holding,
            stretch.region_code,
            shared_card.is_in_one_region,
            stretch.from_month,
            stretch.to_month,
            min(shared_card.weight) as weight
        from stretch
        inner join
            shared_card
            on stretch.holding = shared_card.holding
            and stretch.person_id = shared_card.person_id
            and stretch.region_code = shared_card.region_code
            and stretch.from_month >= shared_card.from_month
            and stretch.to_month <= shared_card.to_month
        group by
            stretch.holding,
            stretch.person_id,
            stretch.region_code,
            shared_card.is_in_one_region,
            stretch.from_month,
            stretch.to_month

        union all

        select holding, region_code, true as is_in_one_region, from_month, to_month, weight
        from person
        where cards = 1

    ),

    change as (

        select holding, region_code, is_in_one_region, from_month as month, weight, count(*) as change
        from holder
        group by holding, region_code, is_in_one_region, from_month, weight

        union all

        select holding, region_code, is_in_one_region, to_month as month, weight, - count(*) as change
        from holder
        where to_month < date '9999-12-01'
        group by holding, region_code, is_in_one_region, to_month, weight

    ),

    in_one_region as (select * from change where is_in_one_region),

    regional as (

        {{ rolled_up("in_one_region", ["change"], by=["holding"]) }}

        union all

        select holding, region_code, month, weight, change
        from change
        where not is_in_one_region

    )

select holding, region_code, month, weight, cast(sum(change) as bigint) as change
from regional
group by holding, region_code, month, weight
having sum(change) <> 0
