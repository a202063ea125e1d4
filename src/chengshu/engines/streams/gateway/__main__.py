"""``python -m chengshu.engines.streams.gateway NUMBER``"""

import sys

from chengshu.engines.streams.gateway.process import main

main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
