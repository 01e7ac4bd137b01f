{{ config(materialized="ephemeral") }} {{ subject_suppression("pension_payment") }}
