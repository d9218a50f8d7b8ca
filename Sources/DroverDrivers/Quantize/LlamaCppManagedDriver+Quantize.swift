import DroverCore
import DroverSystem
import DroverWire
import Glibc

extension LlamaCppManagedDriver {
  /// The file that is served: the model's own, or the quantised copy of it. A copy that is not there yet is begun, and
  /// until it is there this throws ``DriverError/quantizing(_:)``.
  func servedFile(of target: ModelTarget) async throws(DriverError) -> ModelFile {
    let source = try await checkedFile(of: target)
    guard let type = target.model.llamaCpp.quantize else { return source }
    guard QuantizationType.all.contains(type) else {
      throw .notPermitted(
        "'\(type)' is no type that llama-quantize makes\(Suggestion.phrase(for: type, among: QuantizationType.all))"
          + "; there are \(QuantizationType.all.joined(separator: ", "))")
    }
    let metadata = try await files.metadata(of: source)
    guard metadata.splitCount ?? 1 <= 1 else {
      throw .notPermitted(
        "'\(target.model.llamaCpp.file ?? "")' is split over files, which cannot be quantised; merge them with "
          + "llama-gguf-split first")
    }
    let tool = try quantizer(of: try runtime(of: target.provider))
    let what = "\(target.model.llamaCpp.file ?? "") to \(type)"
    switch quantize.progress(of: QuantizeJob(source: source, type: type, tool: tool), for: target.model.name) {
    case .waiting: throw .quantizing("waits to quantise \(what)")
    case .hashing: throw .quantizing("quantising \(what): reading the digest of the file")
    case .running(let percent): throw .quantizing("quantising \(what): \(percent) %")
    case .failed(let message): throw .failed("cannot quantise \(what): \(message)")
    case .done(let path):
      do throws(SystemError) { return ModelFile(path: path, stat: try FileStat(path)) } catch {
        throw .quantizing("quantising \(what) anew")
      }
    }
  }

  /// The tool of a runtime: as the host policy says, else beside its llama-server, else of the PATH.
  private func quantizer(of runtime: HostPolicy.Runtime) throws(DriverError) -> ModelFile {
    let folders = (settings.environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    let places =
      runtime.quantizePath.map { [$0] }
      ?? [Directory.parent(of: runtime.path) + "/llama-quantize"] + folders.map { "\($0)/llama-quantize" }
    for place in places where access(place, X_OK) == 0 {
      if let path = try? realPath(place), let stat = try? FileStat(path), stat.kind == .regular {
        return ModelFile(path: path, stat: stat)
      }
    }
    throw .notPermitted(
      "runtime '\(runtime.name)' has no llama-quantize (looked for \(places.prefix(2).joined(separator: " and "))); "
        + "install it, or name it as runtimes.\(runtime.name).quantize in the host policy")
  }
}
