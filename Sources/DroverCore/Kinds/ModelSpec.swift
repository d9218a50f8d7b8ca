/// A Model's spec, typed. Made from an effective spec that the schema accepted.
package struct ModelSpec: Equatable, Sendable {
  package var name: String
  /// Name of the provider; empty where neither the model nor the fleet names one.
  package var provider: String
  package var modelID: String
  package var displayName: String
  package var version: String
  package var aliases: [String]
  package var desiredState: DesiredState
  /// Nil: true where inference costs nothing.
  package var warmup: Bool?
  package var transition: Transition
  package var contextWindow: Int?
  package var llamaCpp: LlamaCpp

  /// What llama.cpp needs.
  package struct LlamaCpp: Equatable, Sendable {
    package var file: String?
    package var sha256: String?
    /// What the file is said to be quantised to, `Q5_K_M`.
    package var quantization: String?
    /// How large the file is said to be, as people write it.
    package var fileSize: ByteCount?
    /// The type that the file is quantised to before loading; nil: it is loaded as it is.
    package var quantize: String?
    package var contextPerRequest: Int?
    package var slots: Int
    /// Nil: as many as the engine finds fit.
    package var gpuLayers: Int?
    package var embedding: Bool
    package var flags: [String]
    /// Memory by pool as declared, sorted by pool; empty where the estimate holds.
    package var requiredMemory: [ProviderSpec.Pool]
  }

  package init(name: String, spec: FieldValue) {
    self.name = name
    provider = spec["provider"]?.string ?? ""
    modelID = spec["modelID"]?.string ?? name
    displayName = spec["displayName"]?.string ?? modelID
    version = spec["version"]?.string ?? "1.0.0"
    aliases = spec["aliases"]?.stringList ?? []
    desiredState = spec["desiredState"]?.string.flatMap(DesiredState.init) ?? .onDemand
    warmup = spec["warmup"]?.bool
    transition = spec["transition"]?.string.flatMap(Transition.init) ?? .auto
    contextWindow = spec["contextWindow"]?.integer.map(Int.init)
    let engine = spec["llamaCpp"] ?? .emptyMap
    llamaCpp = LlamaCpp(
      file: engine["file"]?.string, sha256: engine["sha256"]?.string, quantization: engine["quantization"]?.string,
      fileSize: engine["fileSize"]?.byteCount, quantize: engine["quantize"]?.string,
      contextPerRequest: engine[path: ["context", "perRequest"]]?.integer.map(Int.init),
      slots: Int(engine[path: ["context", "slots"]]?.integer ?? 1),
      gpuLayers: engine["gpuLayers"]?.integer.map(Int.init),
      embedding: engine["embedding"]?.bool ?? false,
      flags: engine["flags"]?.stringList ?? [],
      requiredMemory: (engine["requiredMemory"]?.map ?? []).compactMap { entry in
        entry.value.byteCount.map { ProviderSpec.Pool(name: entry.key, limit: $0) }
      }.sorted { $0.name < $1.name })
  }

  /// `<provider name>:<provider's model id>`.
  package var key: String { provider + ":" + modelID }
}
