-- +goose Up
ALTER TABLE access_key ADD COLUMN user_name TEXT NOT NULL DEFAULT '';
ALTER TABLE access_key ADD COLUMN policies  TEXT NOT NULL DEFAULT 'null';

-- The history of the data source packages, see control.Packages.
-- Graphs and ENABLED members of before took everything from the beginning;
-- of all other members nothing was taken yet.
ALTER TABLE graph  ADD COLUMN packages TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN packages TEXT NOT NULL DEFAULT '';
UPDATE graph SET packages = 'ASFF_SECURITYHUB_FINDING=STARTED:' || created || ';DETECTIVE_CORE=STARTED:' || created
    || ';EKS_AUDIT=STARTED:' || created;
UPDATE member SET packages = 'ASFF_SECURITYHUB_FINDING=STARTED:' || updated || ';DETECTIVE_CORE=STARTED:' || updated
    || ';EKS_AUDIT=STARTED:' || updated
    WHERE status = 'ENABLED';
UPDATE member SET packages = 'ASFF_SECURITYHUB_FINDING=DISABLED:' || invited || ';DETECTIVE_CORE=DISABLED:' || invited
    || ';EKS_AUDIT=DISABLED:' || invited
    WHERE status <> 'ENABLED';

ALTER TABLE member ADD COLUMN asff          INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN core          INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN eks           INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN usage_updated INTEGER NOT NULL DEFAULT -62135596800000000;

-- One row: an installation serves one organization.
CREATE TABLE organization (
    one                     INTEGER PRIMARY KEY CHECK (one = 1),
    id                      TEXT NOT NULL,
    source                  TEXT NOT NULL CHECK (source IN ('', 'aws')),
    management_account      TEXT NOT NULL,
    delegated_administrator TEXT NOT NULL
) STRICT;

CREATE TABLE organization_account (
    id     TEXT    PRIMARY KEY,
    email  TEXT    NOT NULL,
    name   TEXT    NOT NULL,
    status TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    joined INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organization_admin (
    region      TEXT    PRIMARY KEY,
    account_id  TEXT    NOT NULL,
    graph_arn   TEXT    NOT NULL REFERENCES graph (arn) ON DELETE CASCADE,
    delegated   INTEGER NOT NULL,
    auto_enable INTEGER NOT NULL CHECK (auto_enable IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Bytes a day. Members have theirs in their own row as well, for lists read
-- hundreds of them: no row is looked up for each.
CREATE TABLE usage (
    graph_arn  TEXT    NOT NULL REFERENCES graph (arn) ON DELETE CASCADE,
    account_id TEXT    NOT NULL,
    asff       INTEGER,
    core       INTEGER,
    eks        INTEGER,
    updated    INTEGER NOT NULL,
    PRIMARY KEY (graph_arn, account_id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE usage;
DROP TABLE organization_admin;
DROP TABLE organization_account;
DROP TABLE organization;
ALTER TABLE member DROP COLUMN usage_updated;
ALTER TABLE member DROP COLUMN eks;
ALTER TABLE member DROP COLUMN core;
ALTER TABLE member DROP COLUMN asff;
ALTER TABLE member DROP COLUMN packages;
ALTER TABLE graph DROP COLUMN packages;
ALTER TABLE access_key DROP COLUMN policies;
ALTER TABLE access_key DROP COLUMN user_name;
