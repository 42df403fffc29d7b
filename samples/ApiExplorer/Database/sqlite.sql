-- The catalogue of ApiExplorer. Rows that can change while the application runs carry a version, which triggers raise in the
-- transaction of the change: a response that shows such rows can be checked against the database.

CREATE TABLE catalog (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    signature  TEXT    NOT NULL,
    import_id  TEXT    NOT NULL DEFAULT (hex(randomblob(16))),
    version    INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE assemblies (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    file_version TEXT    NOT NULL,
    framework    TEXT    NOT NULL,
    type_count   INTEGER NOT NULL,
    member_count INTEGER NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE namespaces (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    version      INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE types (
    id               INTEGER PRIMARY KEY,
    assembly_id      INTEGER NOT NULL REFERENCES assemblies (id),
    namespace_id     INTEGER NOT NULL REFERENCES namespaces (id),
    declaring_id     INTEGER REFERENCES types (id) DEFERRABLE INITIALLY DEFERRED,
    name             TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    declaration      TEXT    NOT NULL,
    documentation_id TEXT    NOT NULL,
    summary          TEXT    NOT NULL,
    is_obsolete      INTEGER NOT NULL,
    member_count     INTEGER NOT NULL,
    version          INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE type_relations (
    id                      INTEGER PRIMARY KEY,
    type_id                 INTEGER NOT NULL REFERENCES types (id),
    kind                    TEXT    NOT NULL,
    target_documentation_id TEXT    NOT NULL,
    target_id               INTEGER REFERENCES types (id) DEFERRABLE INITIALLY DEFERRED,
    display_name            TEXT    NOT NULL
);

-- Members are inserted in the order in which pages list them, so that the row id is the order.
CREATE TABLE members (
    id               INTEGER PRIMARY KEY,
    type_id          INTEGER NOT NULL REFERENCES types (id),
    kind             TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    signature        TEXT    NOT NULL,
    documentation_id TEXT    NOT NULL,
    summary          TEXT    NOT NULL,
    is_obsolete      INTEGER NOT NULL
);

CREATE TABLE notes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    type_id      INTEGER NOT NULL REFERENCES types (id),
    namespace_id INTEGER NOT NULL REFERENCES namespaces (id),
    assembly_id  INTEGER NOT NULL REFERENCES assemblies (id),
    text         TEXT    NOT NULL,
    created_at   TEXT    NOT NULL
);

CREATE TRIGGER note_added AFTER INSERT ON notes BEGIN
    UPDATE types SET version = version + 1 WHERE id = new.type_id;
    UPDATE namespaces SET version = version + 1 WHERE id = new.namespace_id;
    UPDATE assemblies SET version = version + 1 WHERE id = new.assembly_id;
    UPDATE catalog SET version = version + 1;
END;

CREATE TRIGGER note_deleted AFTER DELETE ON notes BEGIN
    UPDATE types SET version = version + 1 WHERE id = old.type_id;
    UPDATE namespaces SET version = version + 1 WHERE id = old.namespace_id;
    UPDATE assemblies SET version = version + 1 WHERE id = old.assembly_id;
    UPDATE catalog SET version = version + 1;
END;

-- Full text over names and documentation. Row 2n is type n, row 2n + 1 is member n. A name is indexed as it is and split into
-- its words; the context is the namespace of a type or the declaring type of a member.
CREATE VIRTUAL TABLE search USING fts5 (name, words, context, documentation, tokenize = 'porter unicode61');
