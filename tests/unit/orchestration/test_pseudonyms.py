"""The key of pseudonyms stands in no statement: errors of the database show excerpts of them."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest

from orchestration.restricted.pseudonyms import PseudonymKey
from raw_landing.database import connect

KEYS = [PseudonymKey(bytes(range(32))), PseudonymKey(bytes(32))]


def test_a_pseudonym_is_hmac_of_rfc_2104_under_its_own_key() -> None:
    with connect() as connection:
        both = ", ".join(key.sql(connection, "number") for key in KEYS)
        found = connection.execute(
            f"select {both} from (values ('429900198005050010'), (null)) as t (number)"
        ).fetchall()
    one = tuple(hmac.new(key.secret, b"429900198005050010", hashlib.sha256).hexdigest() for key in KEYS)
    assert found == [one, (None, None)]


@pytest.mark.parametrize("number", ["1", "missing", "cast('a' as integer)"])
def test_no_error_of_a_statement_shows_the_key(number: str) -> None:
    key = KEYS[1]
    shown = {(byte ^ pad).to_bytes().hex() * 4 for byte in {*key.secret} for pad in (0, 0x36, 0x5C)}
    with connect() as connection:
        statement = f"create table t as select {key.sql(connection, number)} as person"
        assert not [part for part in shown if part in statement]
        with pytest.raises(duckdb.Error) as error:
            connection.execute(statement)
    assert not [part for part in shown if part in str(error.value)]
