/** The ledger's tables. */
export const SCHEMA_VERSION = 2;
/** From each earlier version to the next, beginning with the first. */
export const UPGRADES = ["ALTER TABLE blobs ADD COLUMN content BLOB;"];

/**
 * `jobs.content`: task and models; `finished` and `offered`: by the ledger's clock; `ending`: what is known of the end, without
 * its pictures. `refs.name`: "in/" + an image of the task, "out/" + an attachment of the result. `blobs`: the
 * sizes of pictures, and the bytes of those that are too small for a file of their own.
 */
export const SCHEMA = `
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    content TEXT NOT NULL,
    finished INTEGER,
    offered INTEGER,
    ending TEXT
  ) STRICT;
  CREATE INDEX jobs_by_state ON jobs (state, seq);
  CREATE INDEX jobs_by_owner ON jobs (owner, seq);
  CREATE INDEX jobs_by_offer ON jobs (offered);
  CREATE TABLE refs (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (job, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refs_by_hash ON refs (hash);
  CREATE TABLE blobs (hash TEXT PRIMARY KEY, bytes INTEGER NOT NULL, content BLOB) STRICT, WITHOUT ROWID;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
