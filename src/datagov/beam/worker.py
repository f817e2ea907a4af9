"""A worker process of the local runner: Beam's own, with Beam's chatter kept off stderr.

Errors travel to the driver over Beam's channel and are told there. What is still written to
stderr, the traces that Beam prints above all, goes to the file that `runners` sends it to.
"""

import logging
import sys


def main() -> None:
    """Runs Beam's worker harness, which takes its addresses from the environment."""
    logging.disable(logging.ERROR)
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)


if __name__ == "__main__":
    main()
