import DroverSystem

/// The commit that a folder of manifests is at, from the files that git keeps, without running git.
enum GitRevision {
  /// The short hash of HEAD of the repository that holds `folder`; else the first word of a file `revision` beside or in
  /// the folder. Nil: neither exists.
  static func read(near folder: String) -> String? {
    var place = folder
    for _ in 0..<64 {
      if let head = text(place + "/.git/HEAD") { return commit(head, place + "/.git").map { String($0.prefix(7)) } }
      let name = Directory.name(of: place)
      let parent = name == "." || name == ".." || name.isEmpty ? place + "/.." : Directory.parent(of: place)
      guard let here = try? FileStat(place), let above = try? FileStat(parent), here.inode != above.inode else { break }
      place = parent
    }
    for file in [folder + "/revision", Directory.parent(of: folder) + "/revision"] {
      if let word = text(file)?.split(whereSeparator: \.isWhitespace).first { return String(word.prefix(40)) }
    }
    return nil
  }

  private static func commit(_ head: String, _ git: String) -> String? {
    guard head.hasPrefix("ref: ") else { return isHash(head) ? head : nil }
    let name = String(head.dropFirst(5))
    if let hash = text(git + "/" + name), isHash(hash) { return hash }
    for line in text(git + "/packed-refs")?.split(separator: "\n") ?? [] where line.hasSuffix(" " + name) {
      return String(line.prefix { $0 != " " })
    }
    return nil
  }

  private static func isHash(_ text: String) -> Bool { text.utf8.count >= 40 && text.allSatisfy(\.isHexDigit) }

  private static func text(_ path: String) -> String? {
    guard let bytes = try? FileReader.read(path, maxBytes: 4 << 20) else { return nil }
    var text = String(decoding: bytes, as: UTF8.self)[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
