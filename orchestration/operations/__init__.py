"""What an operator does to the machine and the home, beside the nightly job."""
