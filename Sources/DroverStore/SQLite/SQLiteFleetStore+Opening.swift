import DroverCore
import GRDB
import Glibc

/// What tells a file from every other one, whatever its name.
struct FileIdentity: Equatable {
  private var device: UInt64
  private var inode: UInt64

  /// Nil where nothing stands at the path.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

extension SQLiteFleetStore {
  /// The database is of another program.
  private struct ForeignDatabase: Error {}

  func isDamage(_ error: any Error) -> Bool {
    error is ForeignDatabase || error is DamagedRow || (error as? DatabaseError)?.isDamage == true
  }

  /// Opens the database, bringing its schema up to date. With `mayRebuild`, a missing file is made and one that is
  /// no database of ours is replaced.
  func open(mayRebuild: Bool) throws -> (database: DatabaseQueue, wasRebuilt: Bool) {
    try makeFile(mayCreate: mayRebuild)
    do {
      return (try connect(), false)
    } catch let error where mayRebuild && isDamage(error) {
      return (try rebuild(), true)
    } catch is ForeignDatabase {
      throw StoreError.corrupt("\(path) is the database of another program; restart droverd, which sets it aside")
    }
  }

  /// Moves the file aside with its write-ahead log, and makes a new one.
  func rebuild() throws -> DatabaseQueue {
    let stamp = now().description.filter { $0 != "-" && $0 != ":" }
    var aside = "\(path).corrupt-\(stamp)"
    for number in 2..<100 where access(aside, F_OK) == 0 { aside = "\(path).corrupt-\(stamp)-\(number)" }
    for suffix in ["", "-wal", "-shm"] {
      guard rename(path + suffix, aside + suffix) == 0 || errno == ENOENT else {
        throw StoreError.unwritable("cannot set \(path + suffix) aside: \(Self.errorText)")
      }
    }
    try makeFile(mayCreate: true)
    return try connect()
  }

  private func connect() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(2)
    configuration.label = "drover"
    let database = try DatabaseQueue(path: path, configuration: configuration)
    try database.writeWithoutTransaction { db in
      let id = try Int32.fetchOne(db, sql: "PRAGMA application_id")
      let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
      guard id == StoreSchema.applicationID || id == 0 && tables == 0 else { throw ForeignDatabase() }
      if tables > 0, try StoreSchema.migrator.hasBeenSuperseded(db) {
        throw StoreError.corrupt(
          "\(path) was written by a newer Drover; start that version, or use another state folder")
      }
      _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    try StoreSchema.migrator.migrate(database)
    return database
  }

  /// Makes sure that the file is there and is its owner's alone. SQLite gives its log files the same mode.
  private func makeFile(mayCreate: Bool) throws {
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | (mayCreate ? O_CREAT : 0), 0o600)
    guard descriptor >= 0 else {
      throw StoreError.unwritable("cannot open \(path): \(Self.errorText); look at the folder and its owner")
    }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else {
      throw StoreError.unwritable("cannot set the mode of \(path): \(Self.errorText)")
    }
  }

  /// What errno says, `no such file or directory`.
  private static var errorText: String {
    let code = errno
    var buffer = [UInt8](repeating: 0, count: 128)
    let isKnown = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { strerror_r(code, $0, text.count) == 0 } ?? false
      }
    }
    return isKnown ? String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self).lowercased() : "error \(code)"
  }
}
