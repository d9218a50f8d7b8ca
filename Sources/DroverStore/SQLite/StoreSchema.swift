import GRDB

/// The tables of `drover.sqlite`.
enum StoreSchema {
  /// `PRAGMA application_id`, "Drvr": tells Drover's databases from those of other programs.
  static let applicationID: Int32 = 0x4472_7672

  /// Specs that are kept of each object.
  static let historyLimit = 20

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: version1)
    }
    migrator.registerMigration("v2") { db in
      // JSON; null for child processes.
      try db.execute(sql: "ALTER TABLE instances ADD COLUMN server TEXT")
    }
    migrator.registerMigration("discovered") { db in
      // `listed` is JSON: what the provider says of the model.
      try db.execute(
        sql: """
          CREATE TABLE discovered (
            provider TEXT NOT NULL, model_id TEXT NOT NULL, first_seen INTEGER NOT NULL, gone_since INTEGER,
            listed TEXT NOT NULL, PRIMARY KEY (provider, model_id)
          ) STRICT;
          """)
    }
    migrator.registerMigration("measurements") { db in
      try db.execute(
        sql: """
          CREATE TABLE measurements (
            kind TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, name)
          ) STRICT;
          """)
    }
    migrator.registerMigration("deprecations") { db in try db.execute(sql: deprecations) }
    migrator.registerMigration("overrides") { db in try db.execute(sql: overrides) }
    migrator.registerMigration("demands") { db in
      // Bodies are JSON.
      try db.execute(
        sql: """
          CREATE TABLE demands (model TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT;
          CREATE TABLE loads (model TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT;
          """)
    }
    migrator.registerMigration("registered") { db in
      try db.execute(
        sql: """
          CREATE TABLE registered (
            name TEXT NOT NULL PRIMARY KEY, registered_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            actor TEXT NOT NULL, body BLOB NOT NULL
          ) STRICT;
          """)
    }
    return migrator
  }

  /// Instants are milliseconds since 1970. Bodies are as ``BodyWriter`` writes them.
  private static let version1 = """
    CREATE TABLE registrations (
      kind TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, first_seen INTEGER NOT NULL,
      spec_hash TEXT NOT NULL, reload_hash TEXT NOT NULL, root TEXT NOT NULL, path TEXT NOT NULL,
      document INTEGER NOT NULL, line INTEGER NOT NULL, sha256 TEXT NOT NULL, body BLOB NOT NULL,
      PRIMARY KEY (kind, name)
    ) STRICT;
    CREATE TABLE instances (
      id TEXT NOT NULL PRIMARY KEY, model TEXT NOT NULL, key TEXT NOT NULL, provider TEXT NOT NULL,
      model_id TEXT NOT NULL, generation INTEGER NOT NULL, reload_hash TEXT NOT NULL, managed INTEGER NOT NULL,
      reserved TEXT NOT NULL, intended_at INTEGER NOT NULL, port INTEGER, pid INTEGER, start_time INTEGER,
      boot_id TEXT, log_path TEXT, ready_at INTEGER, loaded_at INTEGER, stopping_since INTEGER,
      adopted INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE attempts (
      kind TEXT NOT NULL, name TEXT NOT NULL, spec_hash TEXT NOT NULL, failures INTEGER NOT NULL,
      last_failure INTEGER NOT NULL, next_attempt INTEGER NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL,
      PRIMARY KEY (kind, name)
    ) STRICT;
    CREATE TABLE statuses (
      kind TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, name)
    ) STRICT;
    CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE history (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL,
      accepted_at INTEGER NOT NULL, revision TEXT, spec_hash TEXT NOT NULL, body BLOB NOT NULL,
      UNIQUE (kind, name, generation)
    ) STRICT;
    """

  private static let deprecations = """
    CREATE TABLE deprecations (
      kind TEXT NOT NULL, name TEXT NOT NULL, origin TEXT NOT NULL, sunset INTEGER, days_left INTEGER,
      PRIMARY KEY (kind, name)
    ) STRICT;
    """

  private static let overrides = """
    CREATE TABLE overrides (
      kind TEXT NOT NULL, name TEXT NOT NULL, field TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
      created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, basis TEXT NOT NULL, body BLOB NOT NULL,
      PRIMARY KEY (kind, name, field)
    ) STRICT;
    """
}
