{{ config(materialized="ephemeral") }} {{ subject_suppression("unemployment") }}
