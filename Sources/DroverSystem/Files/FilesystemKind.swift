import CDrover

/// The kind of file system that holds a path, as far as watching it depends on that.
package enum FilesystemKind: String, Hashable, Sendable, Codable {
  case nfs, smb, fuse, ninep = "9p", ceph, afs, overlay, other

  /// Asks statfs(2).
  package static func of(_ path: String) throws(SystemError) -> FilesystemKind {
    var magic: UInt64 = 0
    let outcome = drover_filesystem_magic(path, &magic)
    guard outcome == 0 else { throw .errno(operation: "ask for the file system of", path: path, code: -outcome) }
    return FilesystemKind(magic: magic)
  }

  /// The numbers of linux/magic.h.
  init(magic: UInt64) {
    switch magic {
    case 0x6969: self = .nfs
    case 0x517B, 0xFF53_4D42, 0xFE53_4D42: self = .smb
    case 0x6573_5546: self = .fuse
    case 0x0102_1997: self = .ninep
    case 0x00C3_6400: self = .ceph
    case 0x5346_414F, 0x6B41_4653: self = .afs
    case 0x794C_7630: self = .overlay
    default: self = .other
    }
  }

  /// Whether others may change files without inotify here telling: such a tree has to be polled.
  package var isNetwork: Bool {
    switch self {
    case .nfs, .smb, .fuse, .ninep, .ceph, .afs: true
    case .overlay, .other: false
    }
  }
}
