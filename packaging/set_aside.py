"""Puts the deployment's database aside, losing nothing, so that a backup can be restored in its place; run by the Python of a release."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuangkong.config.settings")
import django

django.setup()
from django.db import connection  # noqa: E402

name = f"before_{sys.argv[1]}"
if connection.vendor == "sqlite":
    place = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for part in ("-wal", "-shm"):
        Path(f"{place}{part}").unlink(missing_ok=True)
    kept = place.with_name(f"{name}.sqlite3")
    place.rename(kept)
    print(kept)
else:
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA public RENAME TO "{name}"')
        cursor.execute("CREATE SCHEMA public")
    print(f"schema {name}")
