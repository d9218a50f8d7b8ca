/// The one list of kinds: decoding, validation, `schema`, `explain` and the documentation all read it.
package enum KindCatalogue {
  package static let all: [KindDefinition] = [
    .fleet, .provider, .model, .modelSet, .route, .budget, .rateLimit, .accessKey,
  ]

  package static subscript(kind: Kind) -> KindDefinition { table[kind] ?? .fleet }

  private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })
}
