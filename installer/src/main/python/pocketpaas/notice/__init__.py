"""What somebody has to know: looked for by a timer, told after each verb, sent where the owner wants it."""
