{{ config(materialized="ephemeral") }} {{ subject_suppression("insurance") }}
