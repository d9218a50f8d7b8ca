import Glibc

/// Reads files below one folder. Each is found from there: however deep the folder lies, its path is walked once.
package final class FolderReader: Sendable {
  private let path: String
  private let folder: Descriptor

  package init(_ path: String) throws(SystemError) {
    self.path = path
    folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY, operation: "open folder")
  }

  /// As ``FileReader/read(_:maxBytes:)`` of the path from the folder; errors name the whole path.
  package func read(_ relative: String, maxBytes: Int) throws(SystemError) -> [UInt8] {
    try FileReader.read(relative, in: folder, as: path + "/" + relative, maxBytes: maxBytes)
  }
}
