/// Figures of public models: what providers charge, and how large their models are. Figures only, with their date.
///
/// A value in one reference: every provider's context holds it.
package final class PriceCatalogue: Sendable {
  /// One model of one type of provider.
  package struct Entry: Equatable, Sendable {
    package var provider: ProviderType
    /// The provider's own name of the model.
    package var id: String
    /// Tokens of context.
    package var contextWindow: Int?
    /// Tokens of output.
    package var maxTokens: Int?
    /// In the order of ``Capability``; nil where the catalogue says nothing of them.
    package var capabilities: [Capability]?
    /// As a Model's `spec.cost`; nil where no price is known.
    package var cost: FieldValue?

    package init(
      provider: ProviderType, id: String, contextWindow: Int? = nil, maxTokens: Int? = nil,
      capabilities: [Capability]? = nil, cost: FieldValue? = nil
    ) {
      self.provider = provider
      self.id = id
      self.contextWindow = contextWindow
      self.maxTokens = maxTokens
      self.capabilities = capabilities
      self.cost = cost
    }
  }

  /// The day that the figures are of, `2026-11-01`.
  package let date: String
  /// Where the figures of each provider come from, for people.
  package let sources: [String: String]
  /// Sorted by provider type and id.
  package let entries: [Entry]
  private let index: [ProviderType: [String: Int]]

  /// Of several entries of one model the last is kept.
  package init(date: String, sources: [String: String] = [:], entries: [Entry]) {
    self.date = date
    self.sources = sources
    var table: [ProviderType: [String: Entry]] = [:]
    for entry in entries { table[entry.provider, default: [:]][entry.id] = entry }
    let sorted = ProviderType.allCases.flatMap { type in
      (table[type] ?? [:]).values.sorted { $0.id < $1.id }
    }
    self.entries = sorted
    var index: [ProviderType: [String: Int]] = [:]
    for (place, entry) in sorted.enumerated() { index[entry.provider, default: [:]][entry.id] = place }
    self.index = index
  }

  /// The figures of a model; a dated snapshot that has none of its own has those of its undated name.
  package func entry(_ provider: ProviderType, _ id: String) -> Entry? {
    guard let own = index[provider] else { return nil }
    if let place = own[id] { return entries[place] }
    return PriceCatalogue.undated(id).flatMap { own[$0] }.map { entries[$0] }
  }

  /// `gpt-4o` of `gpt-4o-2024-08-06`, `claude-opus-4-1` of `claude-opus-4-1-20250805`; nil without a date.
  private static func undated(_ id: String) -> String? {
    for shape in ["-dddd-dd-dd", "-dddddddd"] where id.utf8.count > shape.utf8.count {
      let tail = id.utf8.suffix(shape.utf8.count)
      let fits = zip(tail, shape.utf8).allSatisfy { byte, kind in
        kind == UInt8(ascii: "d") ? byte >= 0x30 && byte <= 0x39 : byte == kind
      }
      if fits { return String(id.dropLast(shape.utf8.count)) }
    }
    return nil
  }
}

extension PriceCatalogue: Equatable {
  package static func == (left: PriceCatalogue, right: PriceCatalogue) -> Bool {
    left === right || left.date == right.date && left.sources == right.sources && left.entries == right.entries
  }
}
