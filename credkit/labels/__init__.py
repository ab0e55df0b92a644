"""Labels of the law: what the rules of a place ask a generated picture to carry, written and read back."""
