"""What lies in the inbox, what each file says it is, and the check of a file before it is sent."""
