package import DroverCore
import DroverSystem
import DroverWire

extension LlamaCppManagedDriver {
  /// The model files below the model directories of the host policy, by their paths there: what a Model would name as
  /// its `llamaCpp.file`. A folder that cannot be read is a failure, since its models are not gone. What is no complete
  /// model is left out: a file that is still being copied, a projector, an adapter, a later part of a split model.
  package func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]? {
    var models: [ListedModel] = []
    var seen: Set<String> = []
    for directory in settings.policy.modelDirectories {
      do throws(SystemError) {
        _ = try Directory.list(try realPath(directory))
      } catch {
        throw .failed("model directory \(directory): \(error)")
      }
      for name in ModelFile.modelNames(directory).sorted() where seen.insert(name).inserted {
        if let model = await listed(name) { models.append(model) }
      }
    }
    return models
  }

  private func listed(_ name: String) async -> ListedModel? {
    let base = name.split(separator: "/").last ?? ""
    guard !base.hasPrefix("mmproj-"), !base.hasPrefix("mtp-"),
      let file = try? ModelFile.find(name, in: settings.policy.modelDirectories),
      let metadata = try? await files.metadata(of: file), metadata.incompleteness == nil,
      metadata.type ?? "model" == "model", metadata.architecture != "clip", metadata.splitIndex ?? 0 == 0
    else { return nil }
    return ListedModel(
      id: name, displayName: metadata.name, contextWindow: metadata.contextLength.flatMap { Int(exactly: $0) },
      capabilities: metadata.servedCapabilities)
  }
}

extension GGUFMetadata {
  /// What a `llama-server` offers for this file when it is started in the usual way.
  fileprivate var servedCapabilities: [Capability] {
    if poolingType != nil { return [.embeddings] }
    return chatTemplate == nil
      ? [.textGeneration, .streaming, .jsonMode] : [.textGeneration, .chatCompletion, .streaming, .jsonMode]
  }
}
