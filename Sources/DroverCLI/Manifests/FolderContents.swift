import DroverCore
import DroverSystem

/// Every manifest below a folder with its bytes, read on all cores.
struct FolderContents: Sendable {
  typealias File = (path: String, contents: Result<[UInt8], SystemError>)

  /// In order of the paths' bytes.
  var files: [File] = []
  var problems: [ScanProblem] = []

  /// Fails where the folder itself cannot be looked at.
  static func read(_ root: String, maxBytes: Int) async throws(SystemError) -> FolderContents {
    let scanner = TreeScanner(root: root)
    let quick = try await read(scanner.scan(looksAtFiles: false), root, maxBytes)
    // What cannot be read may have gone by now, or be no file: a closer look tells.
    guard quick.files.contains(where: { (try? $0.contents.get()) == nil }) else { return quick }
    return try await read(scanner.scan(), root, maxBytes)
  }

  private static func read(
    _ scan: TreeScan, _ root: String, _ maxBytes: Int
  ) async throws(SystemError) -> FolderContents {
    if let error = scan.rootError { throw error }
    let folder = try FolderReader(root)
    let paths = scan.files.map(\.relativePath)
    let files: [File] = await paths.concurrentMap { path in
      (path: path, contents: Result { () throws(SystemError) in try folder.read(path, maxBytes: maxBytes) })
    }
    return FolderContents(files: files, problems: scan.problems)
  }
}
