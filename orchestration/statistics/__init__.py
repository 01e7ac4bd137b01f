"""Statistics that SQL cannot do, as pure functions of arrays. Imports nothing of ours."""
