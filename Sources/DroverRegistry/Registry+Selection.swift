/// What a selection chose, or why it chose nothing.
package enum Selection: Equatable, Sendable {
  /// With one sentence on why this one.
  case model(ModelEntry, reason: String)
  /// How many models each requirement excluded that met all before it, in the order in which they were asked.
  case none(excluded: [Exclusion])

  package struct Exclusion: Equatable, Sendable {
    package var requirement: String
    package var models: Int
  }
}

extension Registry {
  /// The best model for a purpose: of those that meet `query`, are not deprecated and could serve now, the one of the
  /// highest score; where none was measured, the cheapest.
  package func select(_ query: ModelQuery) -> Selection {
    var query = query
    query.excludeDeprecated = true
    let usable = ModelQuery.Requirement(name: "status") { $0.state == .available || $0.state == .loaded }
    var left = entries
    var excluded: [Selection.Exclusion] = []
    for requirement in query.requirements + [usable] {
      let kept = left.filter(requirement.holds)
      if kept.count < left.count {
        excluded.append(Selection.Exclusion(requirement: requirement.name, models: left.count - kept.count))
      }
      left = kept
    }
    let measured = left.filter { $0.score != nil }
    if let best = measured.min(by: { ($1.score ?? 0, $0.key) < ($0.score ?? 0, $1.key) }) {
      return .model(best, reason: "the highest score of \(Self.count(measured.count, "measured model"))")
    }
    guard let cheapest = Self.byCost(left).first else { return .none(excluded: excluded) }
    return .model(
      cheapest,
      reason: cheapest.costPerToken == nil
        ? "none of \(Self.count(left.count, "suitable model")) was measured or has a price"
        : "the cheapest of \(Self.count(left.count, "suitable model")), none of which was measured")
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
