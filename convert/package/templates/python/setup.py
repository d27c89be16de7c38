"""What pyproject.toml cannot say yet: the C extension. {{origin}}"""

import sysconfig

from setuptools import Extension, setup

# The stable ABI, so that one wheel serves every Python from 3.11 on; builds without GIL lack it.
STABLE = not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(
    ext_modules=[
        Extension(
            "{{package}}._network",
            ["src/{{package}}/_network.c", "c/{{name}}_bridge.c", "c/{{name}}.c"],
            include_dirs=["c"],
            depends=["c/{{name}}_bridge.h", "c/{{name}}.h"],
            py_limited_api=STABLE,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if STABLE else {},
)
