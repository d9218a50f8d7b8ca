package import DroverCore

/// What `GET /props` of a `llama-server` says of the model that it serves, or of itself where it is a router.
package struct LlamaProps: Equatable, Sendable {
  /// True for a router that was asked without a model.
  package var isRouter: Bool
  package var alias: String?
  /// The context of one request, that is of one slot.
  package var contextWindow: Int?
  /// Requests served at once.
  package var slots: Int?
  /// Whether its weights are out of memory until the next request.
  package var isSleeping: Bool
  package var capabilities: CapabilityEvidence

  /// Nil where the body is something else.
  package init?(_ body: [UInt8]) {
    guard let json = try? JSONReader.read(body), json.map != nil else { return nil }
    isRouter = json["role"]?.string == "router"
    alias = json["model_alias"]?.string
    contextWindow = json[path: ["default_generation_settings", "n_ctx"]]?.integer.flatMap { $0 > 0 ? Int($0) : nil }
    slots = json["total_slots"]?.integer.map(Int.init)
    isSleeping = json["is_sleeping"]?.bool ?? false
    capabilities = isRouter ? .silence : Self.capabilities(json)
  }

  /// The engine's grammar makes any text model answer in JSON. It gives a model without a chat template one of its own:
  /// that such a model chats is what the engine says, not what the file says.
  private static func capabilities(_ json: FieldValue) -> CapabilityEvidence {
    var has: Set<Capability> = [.textGeneration, .streaming, .jsonMode]
    var lacks: Set<Capability> = []
    func note(_ capability: Capability, _ verdict: Bool?) {
      switch verdict {
      case true: has.insert(capability)
      case false: lacks.insert(capability)
      default: break
      }
    }
    note(.chatCompletion, json["chat_template"]?.string.map { !$0.isEmpty })
    let template = json["chat_template_caps"]
    let tools = [template?["supports_tools"], template?["supports_tool_calls"]].compactMap { $0?.bool }
    note(.functionCalling, tools.isEmpty ? nil : tools.allSatisfy { $0 })
    note(.vision, json[path: ["modalities", "vision"]]?.bool)
    return CapabilityEvidence(has: has, lacks: lacks)
  }
}

extension CapabilityEvidence {
  /// What is true of a `llama-server` that was started for embeddings, or that was not.
  package static func llamaServer(servesEmbeddings: Bool) -> CapabilityEvidence {
    servesEmbeddings
      ? CapabilityEvidence(has: [.embeddings], lacks: Set(Capability.allCases).subtracting([.embeddings, .vision]))
      : CapabilityEvidence(lacks: [.embeddings])
  }
}
