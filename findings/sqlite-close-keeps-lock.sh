#!/usr/bin/env bash
# @photostructure/sqlite 1.2.1 (node:sqlite's interface, SQLite 3.53.0). One would expect `close()` to give the file back. Seen: while
# a prepared statement that was used has not been garbage-collected, `close()` returns without an error and the file stays locked:
# under `locking_mode=EXCLUSIVE` the next opening in the same process cannot write ("database is locked"). There is no way to
# finalize a statement. After a garbage collection the same opening is well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund @photostructure/sqlite@1.2.1
cat > try.cjs <<'JS'
const { DatabaseSync } = require("@photostructure/sqlite");
const open = (file) => {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA locking_mode=EXCLUSIVE; CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1)");
  return db;
};
const attempt = (file) => {
  try {
    open(file).close();
    return "opened";
  } catch (error) {
    return error.message;
  }
};
let statement;
const used = (keep) => {
  const db = open("a.sqlite");
  const own = db.prepare("SELECT a FROM t");
  own.get();
  if (keep) statement = own;
  db.close();
};
used(true);
const held = attempt("a.sqlite");
statement = undefined;
global.gc();
setTimeout(() => {
  global.gc();
  const after = attempt("a.sqlite");
  console.log(`with a statement that is still there: ${held}; after a garbage collection: ${after}`);
  process.exit(/locked/.test(held) && after === "opened" ? 0 : 1);
}, 50);
JS
node --expose-gc try.cjs
