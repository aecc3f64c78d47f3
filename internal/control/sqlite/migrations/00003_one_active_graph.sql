-- +goose NO TRANSACTION

-- An account has one ACTIVE graph in a Region; those whose data are still being
-- removed are not in its way. SQLite cannot drop the old constraint, so the
-- table is made anew, with foreign keys off: dropping it would take its members
-- along. All of it can be run again.

-- +goose Up
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
DROP TABLE IF EXISTS graph_rebuilt;
CREATE TABLE graph_rebuilt (
    arn                TEXT    PRIMARY KEY,
    account_id         TEXT    NOT NULL,
    region             TEXT    NOT NULL,
    warehouse_id       TEXT    NOT NULL UNIQUE,
    created            INTEGER NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'DELETING')),
    tags               TEXT    NOT NULL,
    packages           TEXT    NOT NULL,
    entity_secret      BLOB    NOT NULL,
    membership_version INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
INSERT INTO graph_rebuilt SELECT arn, account_id, region, warehouse_id, created, state, tags, packages, entity_secret,
    membership_version FROM graph;
DROP TABLE graph;
ALTER TABLE graph_rebuilt RENAME TO graph;
CREATE UNIQUE INDEX graph_active ON graph (account_id, region) WHERE state = 'ACTIVE';
COMMIT;
PRAGMA foreign_keys = ON;

-- +goose Down
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
DROP TABLE IF EXISTS graph_rebuilt;
CREATE TABLE graph_rebuilt (
    arn                TEXT    PRIMARY KEY,
    account_id         TEXT    NOT NULL,
    region             TEXT    NOT NULL,
    warehouse_id       TEXT    NOT NULL UNIQUE,
    created            INTEGER NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'DELETING')),
    tags               TEXT    NOT NULL,
    entity_secret      BLOB    NOT NULL,
    membership_version INTEGER NOT NULL DEFAULT 1,
    packages           TEXT    NOT NULL DEFAULT '',
    UNIQUE (account_id, region)
) STRICT, WITHOUT ROWID;
INSERT INTO graph_rebuilt SELECT arn, account_id, region, warehouse_id, created, state, tags, entity_secret,
    membership_version, packages FROM graph;
DROP TABLE graph;
ALTER TABLE graph_rebuilt RENAME TO graph;
COMMIT;
PRAGMA foreign_keys = ON;
