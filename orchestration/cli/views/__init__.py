"""What commands print: each module is given what was found and shows it. Reads no release."""
