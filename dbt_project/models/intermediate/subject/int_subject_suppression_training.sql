{{ config(materialized="ephemeral") }} {{ subject_suppression("training") }}
