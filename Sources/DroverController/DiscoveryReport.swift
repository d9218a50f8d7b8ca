import DroverCore

/// What came of asking one provider for its models.
struct DiscoveryReport: Sendable {
  var provider: ProviderSpec
  /// Everything that it lists; nil where it cannot tell.
  var result: Result<[ListedModel]?, DiscoveryProblem>
  /// Who asked; nil where it was time.
  var actor: String?
  /// Finished as soon as the fleet knows of it.
  var handled: AsyncStream<Void>.Continuation?

  /// What the asker is told: the models that discovery lets through.
  var outcome: DiscoveryOutcome {
    let settings = provider.discovery
    return DiscoveryOutcome(
      provider: provider.name,
      result: result.map { settings.isEnabled ? settings.admitted($0 ?? []) : [] })
  }
}
