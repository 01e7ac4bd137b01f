{{ config(materialized="ephemeral") }} {{ subject_suppression("employment") }}
