"""Copies the pipeline runs of a server's SQLite database until it has a number of them.

Arguments: the database, and the number. The server must not be running.

A copied run has ids of its own, and so have its snapshot, steps, configurations,
metadata, tags and logs: everything that names the run or one of these. Artifacts,
models and stacks are shared, as between the cached runs of a schedule. Each copy is
a minute older than the one before.
"""

import sqlite3
import sys
import uuid
from datetime import datetime, timedelta

Row = dict[str, object]
Rows = dict[str, list[Row]]

# The tables refer to their object by a column without a foreign key.
POLYMORPHIC = {"run_metadata_resource": ["resource_id"], "tag_resource": ["resource_id"]}


class Schema:
    """Tables, their owners and their columns with times."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Reads the schema of a database."""
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        self.references: dict[str, list[str]] = {}
        self.times: dict[str, list[str]] = {}
        for (table,) in database.execute(names).fetchall():
            keys = database.execute(f'PRAGMA foreign_key_list("{table}")').fetchall()
            columns = database.execute(f'PRAGMA table_info("{table}")').fetchall()
            # The original of a cached step has an owner of its own.
            owners = [key[3] for key in keys if not key[3].startswith("original_")]
            self.references[table] = owners + POLYMORPHIC.get(table, [])
            self.times[table] = [column[1] for column in columns if column[2] == "DATETIME"]


def select(database: sqlite3.Connection, table: str, column: str, value: object) -> list[Row]:
    """Returns the rows of a table that have a value in a column."""
    rows = database.execute(f'SELECT * FROM "{table}" WHERE "{column}" = ?', [value])
    return [dict(row) for row in rows]


def belongings(database: sqlite3.Connection, schema: Schema, run: Row) -> Rows:
    """Returns the rows of a run and of everything that belongs to it."""
    rows: Rows = {"pipeline_run": [run]}
    rows["pipeline_snapshot"] = select(database, "pipeline_snapshot", "id", run["snapshot_id"])
    owners = [run["id"], run["snapshot_id"]]
    while owners:
        owner = owners.pop()
        for table, columns in schema.references.items():
            for column in columns:
                for row in select(database, table, column, owner):
                    if row not in rows.setdefault(table, []):
                        rows[table].append(row)
                        owners += [row["id"]] if "id" in row else []
    return rows


def copy(rows: Rows, schema: Schema, number: int) -> Rows:
    """Returns a copy with its own ids, names and times."""
    own = {row["id"]: uuid.uuid4().hex for table in rows.values() for row in table if "id" in row}
    age = timedelta(minutes=number)
    copies: Rows = {}
    for table, originals in rows.items():
        for original in originals:
            row = {column: own.get(value, value) for column, value in original.items()}
            for column in schema.times[table]:
                if isinstance(row[column], str):
                    row[column] = str(datetime.fromisoformat(row[column]) - age)
            copies.setdefault(table, []).append(row)
    for run in copies["pipeline_run"]:
        run["name"] = f"{run['name']}-{number}"
        run["index"] = number
    return copies


def insert(database: sqlite3.Connection, rows: Rows) -> None:
    """Inserts rows."""
    for table, copies in rows.items():
        for row in copies:
            columns = ", ".join(f'"{column}"' for column in row)
            values = ", ".join(f":{column}" for column in row)
            database.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({values})', row)


def main() -> None:
    """Copies the runs in turn, in one transaction."""
    path, count = sys.argv[1], int(sys.argv[2])
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        # The caller discards the database if this process fails.
        database.execute("PRAGMA synchronous = OFF")
        schema = Schema(database)
        runs = [dict(run) for run in database.execute("SELECT * FROM pipeline_run")]
        originals = [belongings(database, schema, run) for run in runs]
        for number in range(len(runs), count):
            insert(database, copy(originals[number % len(runs)], schema, number))
        database.execute("PRAGMA foreign_keys = ON")
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            sys.exit(f"broken references: {[tuple(row) for row in broken[:5]]}")


if __name__ == "__main__":
    main()
