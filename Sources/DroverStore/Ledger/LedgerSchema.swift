import GRDB

/// The tables of `ledger.sqlite`.
///
/// Instants are milliseconds since 1970, durations microseconds. Money stands in two columns: thousandths of the unit,
/// rounded down, and the rest in 10^-12 units; so sums over billions of rows stay exact in SQLite's 64 bits. Names are
/// numbers of the table `names`; 0 is none.
enum LedgerSchema {
  /// `PRAGMA application_id`, "Drvl": tells Drover's ledgers from other databases.
  static let applicationID: Int32 = 0x4472_766C

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: journals)
      try db.execute(sql: budgets)
      try db.execute(sql: usage)
      try db.execute(sql: sums)
    }
    migrator.registerMigration("v2") { db in
      for table in ["hours", "model_usage"] {
        try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0")
      }
    }
    return migrator
  }

  private static let journals = """
    CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE incarnations (
      id INTEGER PRIMARY KEY, incarnation TEXT NOT NULL UNIQUE, node INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE cursors (
      incarnation INTEGER NOT NULL, loop INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
      PRIMARY KEY (incarnation, loop)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE synchronizations (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;
    """

  /// A charge is a set of windows that rows are charged to together.
  private static let budgets = """
    CREATE TABLE windows (
      id INTEGER PRIMARY KEY, budget TEXT NOT NULL, subject TEXT NOT NULL, start INTEGER NOT NULL,
      spent_milli INTEGER NOT NULL, spent_pico INTEGER NOT NULL, UNIQUE (budget, subject, start)
    ) STRICT;
    CREATE TABLE grants (
      node INTEGER NOT NULL, window INTEGER NOT NULL, amount_milli INTEGER NOT NULL, amount_pico INTEGER NOT NULL,
      PRIMARY KEY (node, window)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE charges (id INTEGER PRIMARY KEY, windows TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE charge_windows (
      charge INTEGER NOT NULL, window INTEGER NOT NULL, PRIMARY KEY (charge, window)
    ) STRICT, WITHOUT ROWID;
    """

  private static let usage = """
    CREATE TABLE usage (
      incarnation INTEGER NOT NULL, loop INTEGER NOT NULL, request INTEGER NOT NULL, attempt INTEGER NOT NULL,
      taken_at INTEGER NOT NULL, settled_at INTEGER NOT NULL, purpose INTEGER NOT NULL, access_key INTEGER NOT NULL,
      model INTEGER NOT NULL, route INTEGER NOT NULL, currency INTEGER NOT NULL, charge INTEGER NOT NULL,
      reserved INTEGER NOT NULL, held_milli INTEGER NOT NULL, held_pico INTEGER NOT NULL, outcome INTEGER NOT NULL,
      flags INTEGER NOT NULL, status INTEGER NOT NULL, input INTEGER NOT NULL, cache_read INTEGER NOT NULL,
      cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL,
      reasoning INTEGER NOT NULL, cost_milli INTEGER NOT NULL, cost_pico INTEGER NOT NULL, first_token INTEGER,
      duration INTEGER NOT NULL,
      PRIMARY KEY (incarnation, loop, request, attempt)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX usage_by_time ON usage (taken_at);
    CREATE TABLE holds (
      incarnation INTEGER NOT NULL, loop INTEGER NOT NULL, request INTEGER NOT NULL, attempt INTEGER NOT NULL,
      taken_at INTEGER NOT NULL, purpose INTEGER NOT NULL, access_key INTEGER NOT NULL, model INTEGER NOT NULL,
      route INTEGER NOT NULL, currency INTEGER NOT NULL, charge INTEGER NOT NULL, reserved INTEGER NOT NULL,
      held_milli INTEGER NOT NULL, held_pico INTEGER NOT NULL, limits TEXT NOT NULL,
      PRIMARY KEY (incarnation, loop, request, attempt)
    ) STRICT, WITHOUT ROWID;
    """

  /// Sums outlive the rows that they are made of. `hours` has one row for all that is told apart anywhere, the charge
  /// among it, so that what budgets spent can be computed anew.
  private static let sums = """
    CREATE TABLE hours (
      hour INTEGER NOT NULL, model INTEGER NOT NULL, access_key INTEGER NOT NULL, route INTEGER NOT NULL,
      purpose INTEGER NOT NULL, currency INTEGER NOT NULL, charge INTEGER NOT NULL, requests INTEGER NOT NULL,
      succeeded INTEGER NOT NULL, failed INTEGER NOT NULL, lost INTEGER NOT NULL, input INTEGER NOT NULL,
      cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
      output INTEGER NOT NULL, reasoning INTEGER NOT NULL, cost_milli INTEGER NOT NULL, cost_pico INTEGER NOT NULL,
      duration INTEGER NOT NULL,
      PRIMARY KEY (hour, model, access_key, route, purpose, currency, charge)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE model_usage (
      model INTEGER NOT NULL, currency INTEGER NOT NULL, requests INTEGER NOT NULL, succeeded INTEGER NOT NULL,
      failed INTEGER NOT NULL, lost INTEGER NOT NULL, input INTEGER NOT NULL, cache_read INTEGER NOT NULL,
      cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL,
      reasoning INTEGER NOT NULL, cost_milli INTEGER NOT NULL, cost_pico INTEGER NOT NULL, duration INTEGER NOT NULL,
      PRIMARY KEY (model, currency)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE model_resets (model INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
    CREATE TABLE slots (
      length INTEGER NOT NULL, start INTEGER NOT NULL, limit_name INTEGER NOT NULL, subject INTEGER NOT NULL,
      requests INTEGER NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (length, start, limit_name, subject)
    ) STRICT, WITHOUT ROWID;
    """
}
