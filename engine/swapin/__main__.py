"""``python -m swapin``: the command."""

from swapin.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
