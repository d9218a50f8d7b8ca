extension ListedModel {
  /// What a listing of this type of provider says of the model.
  package func evidence(of type: ProviderType) -> CapabilityEvidence? {
    guard let capabilities else { return nil }
    let has = Set(capabilities)
    switch type {
    case .ollama, .claude:
      // They list everything that a model can do.
      return CapabilityEvidence(has: has, lacks: Set(Capability.allCases).subtracting(has))
    case .openai, .llamaCpp, .vllm, .custom:
      let makesNoText = has.contains(.embeddings) && !has.contains(.textGeneration)
      return CapabilityEvidence(
        has: has, lacks: makesNoText ? Set(Capability.allCases).subtracting(has).subtracting([.vision]) : [])
    }
  }
}
