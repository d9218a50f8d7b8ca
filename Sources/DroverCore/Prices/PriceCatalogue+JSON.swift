extension PriceCatalogue {
  /// What is wrong with a catalogue file.
  package struct Mistake: Error, Equatable, CustomStringConvertible {
    package var description: String
  }

  /// The name and version of the format, in the field `format` of each file.
  package static let format = "drover-prices/1"

  /// Reads a catalogue file. Prices are strings or numbers, and never pass through binary fractions.
  package static func read(_ bytes: [UInt8]) throws(Mistake) -> PriceCatalogue {
    let value: FieldValue
    do throws(JSONReader.Failure) { value = try JSONReader.read(bytes) } catch {
      throw Mistake(description: "\(error)")
    }
    guard value["format"]?.string == format else {
      throw Mistake(description: "no price catalogue: 'format' must be '\(format)'; make one with 'drover import'")
    }
    guard let date = value["date"]?.string, isDate(date) else {
      throw Mistake(description: "'date' must be a day such as 2026-11-01")
    }
    var sources: [String: String] = [:]
    for entry in value["sources"]?.map ?? [] { sources[entry.key] = entry.value.string }
    var entries: [Entry] = []
    for (number, element) in (value["models"]?.list ?? []).enumerated() {
      do throws(Mistake) { entries.append(try Entry(element.value)) } catch {
        throw Mistake(description: "models[\(number)]: \(error.description)")
      }
    }
    guard !entries.isEmpty else { throw Mistake(description: "'models' must be a list of at least one model") }
    return PriceCatalogue(date: date, sources: sources, entries: entries)
  }

  /// As a file: one line a model.
  package var text: String {
    let notes = FieldValue.map(sources.sorted { $0.key < $1.key }.map { FieldEntry($0.key, .string($0.value)) })
    let lines = entries.map { "    " + $0.fieldValue.json }
    return """
      {
        "format": \(FieldValue.string(PriceCatalogue.format).json),
        "date": \(FieldValue.string(date).json),
        "sources": \(notes.json),
        "models": [
      \(lines.joined(separator: ",\n"))
        ]
      }

      """
  }

  package static func isDate(_ text: String) -> Bool {
    text.utf8.count == 10 && Timestamp(rfc3339: text + "T00:00:00Z") != nil
  }
}

extension PriceCatalogue.Entry {
  /// The prices that a catalogue may name.
  package static let prices = [
    "inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "cacheWrite1hTokens", "requests",
  ]

  fileprivate init(_ value: FieldValue) throws(PriceCatalogue.Mistake) {
    guard let word = value["provider"]?.string, let type = ProviderType(rawValue: word) else {
      throw PriceCatalogue.Mistake(
        description: "'provider' must be one of \(ProviderType.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let id = value["id"]?.string, !id.isEmpty else {
      throw PriceCatalogue.Mistake(description: "'id' must be the provider's name of the model")
    }
    var capabilities: [Capability]?
    if let list = value["capabilities"]?.list {
      capabilities = Capability.allCases.filter { one in list.contains { $0.value.string == one.rawValue } }
      guard capabilities?.count == list.count else {
        throw PriceCatalogue.Mistake(description: "'\(id)': a capability is unknown")
      }
    }
    self.init(
      provider: type, id: id, contextWindow: try Self.tokens(value, "contextWindow", id),
      maxTokens: try Self.tokens(value, "maxTokens", id), capabilities: capabilities, cost: try Self.cost(value, id))
  }

  private static func tokens(_ value: FieldValue, _ name: String, _ id: String) throws(PriceCatalogue.Mistake) -> Int? {
    guard let found = value[name], !found.isNull else { return nil }
    guard let number = found.integer, (1...1_000_000_000).contains(number) else {
      throw PriceCatalogue.Mistake(description: "'\(id)': '\(name)' must be a number of tokens")
    }
    return Int(number)
  }

  private static func cost(_ value: FieldValue, _ id: String) throws(PriceCatalogue.Mistake) -> FieldValue? {
    guard let cost = value["cost"], !cost.isNull else { return nil }
    var entries: [FieldEntry] = []
    for entry in cost.map ?? [] {
      switch entry.key {
      case "currency" where entry.value.string?.utf8.count == 3, "per" where entry.value.integer ?? 0 > 0:
        entries.append(FieldEntry(entry.key, entry.value))
      case let name where prices.contains(name):
        guard let text = entry.value.scalarText.flatMap(DecimalText.canonical), !text.hasPrefix("-") else {
          throw PriceCatalogue.Mistake(description: "'\(id)': '\(name)' must be a price")
        }
        guard DecimalText.fractionDigits(text) <= 12, DecimalText.wholeDigits(text) <= 12 else {
          throw PriceCatalogue.Mistake(description: "'\(id)': '\(name)' has more digits than money has")
        }
        entries.append(FieldEntry(name, .decimal(text)))
      default: throw PriceCatalogue.Mistake(description: "'\(id)': 'cost.\(entry.key)' is unknown or of a wrong kind")
      }
    }
    return .map(entries)
  }

  package var fieldValue: FieldValue {
    let quoted = cost?.map.map { entries in
      FieldValue.map(
        entries.map { entry in
          if case .decimal(let text) = entry.value { return FieldEntry(entry.key, .string(text)) }
          return entry
        })
    }
    return .object([
      "provider": .string(provider.rawValue), "id": .string(id),
      "contextWindow": contextWindow.map { .integer(Int64($0)) }, "maxTokens": maxTokens.map { .integer(Int64($0)) },
      "capabilities": capabilities.map { .strings($0.map(\.rawValue)) }, "cost": quoted,
    ])
  }
}
