"""The synthetic sample as benchmarks want it: nothing wrong on purpose, nothing sent twice."""

from __future__ import annotations

import shutil
from pathlib import Path

from raw_landing.database import connect
from raw_landing.sample.generate import DEFAULT_SEED, Scale, made_contracts, make
from raw_landing.sample.writing import write_dumps


def write_sound(inbox: Path, scale: Scale, change: str = "") -> int:
    """Write the sound dumps of a scale and return their rows. `change` is SQL that alters what was made, before it is
    written."""
    with connect() as connection:
        make(connection, seed=DEFAULT_SEED, scale=scale)
        connection.execute(change)
        written = [one for contract in made_contracts(connection) for one in write_dumps(connection, contract, inbox)]
    for odd in (*inbox.glob("*/*/dirty"), *inbox.glob("*/*/repeated")):
        shutil.rmtree(odd)
    return sum(one.rows for one in written if one.path.exists())
