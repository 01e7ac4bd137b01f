"""Imported last by the process that others are forked from: what it has loaded stays, and no child looks through it for
garbage, or copies its pages to do so."""

import gc

from orchestration.startup import tune_gc

tune_gc()
gc.collect()
gc.freeze()
