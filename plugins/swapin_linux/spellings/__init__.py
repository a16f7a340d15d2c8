"""How the kernel's text spells facts and outcomes, one file for each part of the fault."""
