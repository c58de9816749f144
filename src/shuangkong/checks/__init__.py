"""Data checks as a numbered catalogue: what is odd in a return, by how much, what is usual, what to do."""
