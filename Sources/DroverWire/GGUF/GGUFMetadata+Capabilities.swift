package import DroverCore

extension GGUFMetadata {
  /// What a `llama-server` can do with this file.
  ///
  /// - Parameters:
  ///   - servesEmbeddings: whether it is started for embeddings, which it then gives and nothing else.
  ///   - flags: more flags of its command line.
  package func capabilities(servesEmbeddings: Bool, flags: [String] = []) -> CapabilityEvidence {
    let words = Set(flags.map { String($0.prefix { $0 != "=" && $0 != " " }) })
    var has: Set<Capability> = []
    var lacks: Set<Capability> = []
    func note(_ capability: Capability, _ verdict: Bool) {
      if verdict { has.insert(capability) } else { lacks.insert(capability) }
    }
    // The projector of a model lies in a file of its own.
    note(.vision, hasVisionEncoder || !words.isDisjoint(with: ["--mmproj", "-mm", "--mmproj-url", "-mmu"]))
    let seen = CapabilityEvidence(has: has, lacks: lacks)
    if servesEmbeddings { return CapabilityEvidence.llamaServer(servesEmbeddings: true).completed(by: seen) }
    let makesText = (type ?? "model") == "model" && !isEmbeddingModel
    for capability in [Capability.textGeneration, .streaming, .jsonMode] { note(capability, makesText) }
    let template = chatTemplate ?? ""
    let replaced = !words.isDisjoint(with: ["--chat-template", "--chat-template-file"])
    note(.chatCompletion, makesText && (!template.isEmpty || replaced))
    if !replaced {
      let callsTools = hasToolTemplate || template.contains("tools") || template.contains("tool_call")
      note(.functionCalling, makesText && callsTools)
    }
    note(.embeddings, false)
    return CapabilityEvidence(has: has, lacks: lacks)
  }

  /// Whether it makes one vector of a text.
  private var isEmbeddingModel: Bool {
    if let poolingType { return poolingType != .none }
    return causalAttention == false
  }
}
