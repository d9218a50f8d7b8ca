import DroverCore
import GRDB

extension StoreError {
  /// What `error` means for the database at `path`, as a sentence that names both.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as DamagedRow:
      self = .corrupt("\(path) is damaged: a row of \(error.table) cannot be read: \(error.cause)")
    case let error as DatabaseError: self.init(error, path: path)
    default: self = .unwritable("cannot use \(path): \(error)")
    }
  }

  private init(_ error: DatabaseError, path: String) {
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self = .corrupt("\(path) is damaged (\(error.text)); restart droverd, which sets it aside")
    case .SQLITE_FULL:
      self = .unwritable("cannot write \(path): the disk is full; free some space")
    case .SQLITE_READONLY:
      self = .unwritable("cannot write \(path): it is read-only; make the file and its folder writable")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self = .unwritable("cannot write \(path): another process holds it; end that process")
    case .SQLITE_IOERR:
      self = .unwritable("cannot write \(path): the disk reports an error (\(error.text)); check it")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self = .unwritable("cannot open \(path): \(error.text); give the user of droverd permission")
    default: self = .unwritable("cannot use \(path): \(error.text)")
    }
  }
}

extension DatabaseError {
  fileprivate var text: String { message ?? "SQLite code \(extendedResultCode.rawValue)" }

  /// Whether the file itself is no usable database.
  var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
