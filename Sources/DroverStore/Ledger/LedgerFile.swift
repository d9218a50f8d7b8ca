import DroverCore
import GRDB
import Glibc

/// The file of the ledger.
enum LedgerFile {
  /// Opens it, made where there is none, with its schema up to date. One that is damaged or of another program throws
  /// ``StoreError/corrupt(_:)`` and stays as it is.
  static func open(_ path: String) throws -> DatabaseQueue {
    try make(path)
    var configuration = Configuration()
    configuration.busyMode = .timeout(2)
    configuration.label = "drover.ledger"
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      try database.writeWithoutTransaction { db in
        let id = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        guard id == LedgerSchema.applicationID || id == 0 && tables == 0 else {
          throw StoreError.corrupt("\(path) is the database of another program; move it away, and restart droverd")
        }
        if tables > 0, try LedgerSchema.migrator.hasBeenSuperseded(db) {
          throw StoreError.corrupt(
            "\(path) was written by a newer Drover; start that version, or use another state folder")
        }
        _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
      }
      try LedgerSchema.migrator.migrate(database)
      return database
    } catch let error as DatabaseError where error.isDamage {
      throw StoreError.corrupt(
        "\(path) is damaged (\(error.message ?? "")); restore it from a backup, or move it away and lose what it says "
          + "was spent")
    }
  }

  /// Makes sure that the file is there and is its owner's alone. SQLite gives its log files the same mode.
  private static func make(_ path: String) throws {
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_CREAT, 0o600)
    guard descriptor >= 0 else {
      throw StoreError.unwritable("cannot open \(path): \(text(of: errno)); look at the folder and its owner")
    }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else {
      throw StoreError.unwritable("cannot set the mode of \(path): \(text(of: errno))")
    }
  }

  private static func text(of code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).lowercased()
  }
}
