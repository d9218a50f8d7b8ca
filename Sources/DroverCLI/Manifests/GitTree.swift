import DroverCore
import DroverManifests
import DroverSystem

/// The manifests of a folder as they were in a commit of its repository.
struct GitTree {
  var files: [ManifestTree.Input] = []
  /// Short hash.
  var commit: String
  /// Links, which are not followed inside a commit.
  var links: [String] = []

  /// `revision` is anything that git resolves to a commit. Fails with status 2.
  init(revision: String, folder: String) throws(CLIError) {
    let commit = try GitTree.git(
      folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"],
      failure: "--base '\(revision)' is neither a folder nor a commit of the repository that holds \(folder)")
    let hash = String(decoding: commit.filter { $0 > 0x20 }, as: UTF8.self)
    self.commit = String(hash.prefix(7))
    // From inside a folder, git lists that folder alone, with paths below it.
    let listing = try GitTree.git(
      folder, ["ls-tree", "-r", "-z", hash], failure: "git cannot list commit \(hash)")
    let blobs = listing.split(separator: 0).compactMap(Blob.init)
    let rules = try blobs.first { $0.path == TreeScanner.ignoreFileName }.map { blob throws(CLIError) in
      IgnoreRules(text: String(decoding: try GitTree.contents(of: [blob], folder).first ?? [], as: UTF8.self))
    }
    let manifests = blobs.filter { blob in
      TreeScanner.isManifest(Directory.name(of: blob.path)) && !blob.isHidden
        && rules?.ignores(blob.path, isDirectory: false) != true
    }
    links = manifests.filter(\.isLink).map(\.path)
    let regular = manifests.filter { !$0.isLink }
    for (blob, bytes) in zip(regular, try GitTree.contents(of: regular, folder)) {
      files.append(
        ManifestTree.Input(root: folder, path: blob.path, display: "\(self.commit):\(blob.path)", bytes: bytes))
    }
  }

  /// One line of `git ls-tree`: mode, type, object, tab, path.
  private struct Blob {
    var path: String
    var object: String
    var isLink: Bool

    init?(_ line: ArraySlice<UInt8>) {
      guard let tab = line.firstIndex(of: 9) else { return nil }
      let words = String(decoding: line[..<tab], as: UTF8.self).split(separator: " ")
      guard words.count == 3, words[1] == "blob" else { return nil }
      path = String(decoding: line[(tab + 1)...], as: UTF8.self)
      object = String(words[2])
      isLink = words[0] == "120000"
    }

    var isHidden: Bool { path.split(separator: "/").contains { $0.hasPrefix(".") } }
  }

  /// The contents of the blobs, in their order, by one run of git.
  private static func contents(of blobs: [Blob], _ folder: String) throws(CLIError) -> [[UInt8]] {
    guard !blobs.isEmpty else { return [] }
    let request = Array(blobs.map { $0.object + "\n" }.joined().utf8)
    var rest = try git(folder, ["cat-file", "--batch"], input: request, failure: "git cannot read the manifests")[...]
    var contents: [[UInt8]] = []
    for blob in blobs {
      // `<object> blob <size>`, a line end, the bytes, a line end.
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")),
        let size = Int(String(decoding: rest[..<end], as: UTF8.self).split(separator: " ").last ?? ""),
        rest.endIndex - end > size + 1
      else { throw CLIError("git does not give the content of \(blob.path)", exitCode: 2) }
      contents.append(Array(rest[(end + 1)..<(end + 1 + size)]))
      rest = rest[(end + 2 + size)...]
    }
    return contents
  }

  private static func git(
    _ folder: String, _ arguments: [String], input: [UInt8] = [], failure: String
  ) throws(CLIError) -> [UInt8] {
    let result = try ChildOutput.run(["git", "-C", folder] + arguments, input: input)
    guard result.status == 0 else {
      let cause = String(decoding: result.errors, as: UTF8.self).split(separator: "\n").first
      throw CLIError(failure + (cause.map { ": " + TerminalText.escaped(String($0)) } ?? ""), exitCode: 2)
    }
    return result.output
  }
}
