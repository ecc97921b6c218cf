-- What witnesses saw of the log. Not a read model: no entry holds it.
CREATE TABLE cosignatures (
    size       INTEGER NOT NULL,
    witness    TEXT    NOT NULL,
    seen_at_ms INTEGER NOT NULL,
    checkpoint TEXT    NOT NULL,
    line       TEXT    NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;
CREATE INDEX cosignatures_of_witness ON cosignatures (witness, size);
