"""PlatformIO's command line, offline: run by tests with its folder in PYTHONPATH.

It would fetch SPDX's list of licences; here the same list comes from PyPI's ``packaging``.
"""

import sys

from packaging.licenses._spdx import LICENSES
from platformio.__main__ import main
from platformio.package.manifest.schema import ManifestSchema

KNOWN = {"licenses": [{"licenseId": licence["id"]} for licence in LICENSES.values()]}

if __name__ == "__main__":
    ManifestSchema.load_spdx_licenses = staticmethod(lambda: KNOWN)
    sys.exit(main())
