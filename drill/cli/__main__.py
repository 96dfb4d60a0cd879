"""The command line, as `python -m drill.cli`."""

import sys

from drill.cli import main

sys.exit(main())
