"""Turns a dump's bytes into typed rows: decode, split into records, find the header, clean, type, validate. This folder
is part of the fingerprint: a change here reads the dumps again."""
