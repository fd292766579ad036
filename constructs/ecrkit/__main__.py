"""``python -m ecrkit``."""

from ecrkit.cli import main

if __name__ == "__main__":
    main()
