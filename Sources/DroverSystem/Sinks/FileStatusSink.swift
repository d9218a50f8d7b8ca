package import DroverCore

/// Status files below one folder: `<plural>/<name>.yaml` for each object, `fleet.yaml` for the fleet.
///
/// Each is replaced by rename, so that a reader sees the old bytes or the new ones. They can be made anew and are not
/// synchronised to disk.
package struct FileStatusSink: StatusSink {
  private static let suffix = ".yaml"
  private static let fleetFile = "fleet.yaml"
  /// More than any status takes.
  private static let maxBytes = 64 << 20
  private let root: String
  private let known = KnownStatusFiles()

  /// Makes the folder where it is missing, and removes the temporary files that a crash left. To be called under the
  /// state lock.
  package init(root: String) throws(StoreError) {
    self.root = root
    do throws(SystemError) {
      try Directory.create(root, mode: 0o755)
      for folder in [root] + Self.folders(of: root).map(\.path) { try AtomicFile.sweepTemporaries(in: folder) }
    } catch {
      throw .unwritable(error.description)
    }
  }

  package func write(_ bytes: [UInt8], for identity: Identity) async throws(StoreError) {
    let path = path(of: identity)
    do throws(SystemError) {
      do throws(SystemError) {
        known.note(try AtomicFile.write(path, bytes, mode: 0o644, durability: .none), of: identity)
      } catch  where error.isMissing {
        try Directory.create(Directory.parent(of: path), mode: 0o755)
        known.note(try AtomicFile.write(path, bytes, mode: 0o644, durability: .none), of: identity)
      }
    } catch {
      throw .unwritable(error.description)
    }
  }

  package func remove(_ identity: Identity) async throws(StoreError) {
    known.forget(identity)
    do throws(SystemError) { try Directory.removeFile(path(of: identity)) } catch  where error.isMissing {
    } catch {
      throw .unwritable(error.description)
    }
  }

  package func existing() async throws(StoreError) -> [Identity] {
    do throws(SystemError) {
      var identities: [Identity] = []
      let files = try Directory.list(root)
      if files.contains(where: { $0.name == Self.fleetFile && $0.kind == .regular }) {
        identities.append(Identity(.fleet, "fleet"))
      }
      for (kind, path) in Self.folders(of: root) {
        for file in try Directory.list(path) where file.kind == .regular && file.name.hasSuffix(Self.suffix) {
          guard !AtomicFile.isTemporary(file.name) else { continue }
          identities.append(Identity(kind, String(file.name.dropLast(Self.suffix.count))))
        }
      }
      return identities.sorted()
    } catch {
      throw .unwritable(error.description)
    }
  }

  /// Reads only files that are not, by their metadata, what was last written or read.
  package func altered(_ files: [(identity: Identity, sha256: String)]) async -> [Identity] {
    files.filter { isAltered($0.identity, sha256: $0.sha256) }.map(\.identity)
  }

  private func isAltered(_ identity: Identity, sha256: String) -> Bool {
    let path = path(of: identity)
    guard let found = try? FileStat(path, followSymlinks: false), found.kind == .regular else { return true }
    if known.isSame(found, as: identity) { return false }
    guard let bytes = try? FileReader.read(path, maxBytes: Self.maxBytes),
      FileDigest(of: bytes).hexadecimal == sha256
    else { return true }
    known.note(found, of: identity)
    return false
  }

  private func path(of identity: Identity) -> String {
    guard identity.kind != .fleet else { return root + "/" + Self.fleetFile }
    return root + "/" + identity.kind.plural + "/" + identity.name + Self.suffix
  }

  /// The folders of kinds that exist.
  private static func folders(of root: String) -> [(kind: Kind, path: String)] {
    Kind.allCases.filter { $0 != .fleet }.map { ($0, root + "/" + $0.plural) }
      .filter { (try? FileStat($0.1, followSymlinks: false))?.kind == .directory }
  }
}
