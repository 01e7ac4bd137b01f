{{ config(materialized="ephemeral") }} {{ subject_suppression("certificates") }}
