"""One published figure: resolve what was asked for, query it, explain what it is made of."""
