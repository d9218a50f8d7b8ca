import Dispatch
import DroverCore
import DroverSystem
import DroverWire
import Synchronization

/// What model files say, remembered while the file is the same by path, size, times and inode.
final class ModelFileFacts: Sendable {
  private struct Known {
    var stat: FileStat
    var metadata: GGUFMetadata?
    var digest: String?
  }

  private let known = Mutex<[String: Known]>([:])
  /// Reading a digest takes as long as reading the file: its own threads, so that no task waits behind it.
  private let queue = DispatchQueue(label: "drover.model-files", attributes: .concurrent)

  func metadata(of file: ModelFile) async throws(DriverError) -> GGUFMetadata {
    if let metadata = remembered(file)?.metadata { return metadata }
    let metadata = try await reading(file) { try GGUFMetadata.read(from: $0) }
    remember(file) { $0.metadata = metadata }
    return metadata
  }

  func digest(of file: ModelFile) async throws(DriverError) -> String {
    if let digest = remembered(file)?.digest { return digest }
    let digest = try await reading(file) { try $0.sha256() }
    remember(file) { $0.digest = digest }
    return digest
  }

  private func remembered(_ file: ModelFile) -> Known? {
    known.withLock { $0[file.path].flatMap { $0.stat == file.stat ? $0 : nil } }
  }

  private func remember(_ file: ModelFile, _ change: (inout Known) -> Void) {
    known.withLock { known in
      var entry = known[file.path].flatMap { $0.stat == file.stat ? $0 : nil } ?? Known(stat: file.stat)
      change(&entry)
      known[file.path] = entry
    }
  }

  private func reading<Value: Sendable>(
    _ file: ModelFile, _ body: @escaping @Sendable (ModelFileReader) throws -> Value
  ) async throws(DriverError) -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      queue.async {
        continuation.resume(returning: Result { try body(ModelFileReader(file)) })
      }
    }
    switch result {
    case .success(let value): return value
    case .failure(let error): throw .failed("\(file.path): \(error)")
    }
  }
}
