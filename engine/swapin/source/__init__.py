"""The kernel's own text: what a tree says, compared with what is declared."""
