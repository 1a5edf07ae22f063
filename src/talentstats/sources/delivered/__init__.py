"""Tables of shares that arrive in place of answers: the template sent out, and the reader of what returns."""
