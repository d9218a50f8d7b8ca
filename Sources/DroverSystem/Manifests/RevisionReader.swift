/// Finds the commit that a manifest root was checked out from, without running git.
enum RevisionReader {
  /// In this order: a folder named by a commit, as git-sync makes them; the `HEAD` of the repository around the root; a
  /// file `revision` beside the root. Nil where there is none.
  static func revision(ofRoot realRoot: String) -> String? {
    if let name = components(realRoot).last(where: isCommit) { return name }
    return headOfRepository(around: realRoot) ?? line(of: Directory.parent(of: realRoot) + "/revision")
  }

  /// The index of the repository around a root, and where the root lies in it: empty, or a path that ends in a slash.
  static func index(ofRoot realRoot: String) -> (path: String, prefix: String)? {
    var folder = realRoot
    while true {
      if let git = gitFolder(at: folder + "/.git"), line(of: git + "/HEAD") != nil {
        let below = realRoot.dropFirst(folder.count).drop { $0 == "/" }
        return (git + "/index", below.isEmpty ? "" : below + "/")
      }
      let parent = Directory.parent(of: folder)
      guard parent != folder, folder != "/" else { return nil }
      folder = parent
    }
  }

  /// Bytes of a name of an object in this repository: SHA-1, unless its settings say SHA-256.
  static func nameLength(besideIndex path: String) -> Int {
    let git = Directory.parent(of: path)
    let common = line(of: git + "/commondir").map { $0.hasPrefix("/") ? $0 : git + "/" + $0 } ?? git
    let settings = text(of: common + "/config")?.lowercased().filter { $0 != " " && $0 != "\t" } ?? ""
    return settings.contains("objectformat=sha256") ? 32 : 20
  }

  private static func components(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

  private static func isCommit(_ name: String) -> Bool {
    (name.utf8.count == 40 || name.utf8.count == 64)
      && name.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }

  private static func headOfRepository(around root: String) -> String? {
    var folder = root
    while true {
      if let commit = head(inGitFolder: folder + "/.git") { return commit }
      let parent = Directory.parent(of: folder)
      guard parent != folder, folder != "/" else { return nil }
      folder = parent
    }
  }

  /// `.git` is a folder, or a file that names one (a worktree or a submodule).
  private static func gitFolder(at path: String) -> String? {
    guard let stat = try? FileStat(path) else { return nil }
    if stat.kind == .directory { return path }
    guard let pointer = line(of: path), pointer.hasPrefix("gitdir: ") else { return nil }
    let target = String(pointer.dropFirst(8))
    return target.hasPrefix("/") ? target : Directory.parent(of: path) + "/" + target
  }

  private static func head(inGitFolder path: String) -> String? {
    guard let folder = gitFolder(at: path) else { return nil }
    guard let head = line(of: folder + "/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return isCommit(head) ? head : nil }
    let reference = String(head.dropFirst(5))
    var common = folder
    if let shared = line(of: folder + "/commondir") {
      common = shared.hasPrefix("/") ? shared : folder + "/" + shared
    }
    if let commit = line(of: folder + "/" + reference) ?? line(of: common + "/" + reference) { return commit }
    guard let packed = text(of: common + "/packed-refs") else { return nil }
    for entry in packed.split(separator: "\n") where entry.hasSuffix(" " + reference) {
      return String(entry.prefix { $0 != " " })
    }
    return nil
  }

  private static func text(of path: String) -> String? {
    guard let bytes = try? FileReader.read(path, maxBytes: 8 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func line(of path: String) -> String? {
    // In scalars: to Swift, CR and LF together are one character.
    guard let scalars = text(of: path)?.unicodeScalars else { return nil }
    let line = scalars.drop { $0 == " " || $0 == "\n" }.prefix { $0 != "\n" && $0 != "\r" }
    return line.isEmpty ? nil : String(line)
  }
}
