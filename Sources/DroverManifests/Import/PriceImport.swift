package import DroverCore

/// A price catalogue made from somebody else's list, and what of the list it could not take over.
package struct PriceImport: Equatable, Sendable {
  package var catalogue: PriceCatalogue
  /// One sentence each, for people; in the order of the list's models.
  package var notes: [String]
  /// Models of providers whose prices Drover does not fill in.
  package var foreign: Int

  /// Why a list is none.
  package struct Failure: Error, Equatable, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
  }
}

/// Gathers a catalogue model by model.
struct PriceGathering {
  private(set) var entries: [PriceCatalogue.Entry] = []
  private(set) var notes: [String] = []
  var foreign = 0

  /// Adds a model. Each of `doubts` is a reason why its prices cannot be taken over; its other figures are.
  mutating func add(_ entry: PriceCatalogue.Entry, doubts: [String], remarks: [String]) {
    var entry = entry
    let name = "\(entry.provider.rawValue):\(entry.id)"
    if !doubts.isEmpty, entry.cost != nil {
      entry.cost = nil
      notes.append("\(name): left without a price: \(doubts.joined(separator: "; "))")
    } else if entry.cost == nil {
      notes.append("\(name): the list has no price of it")
    }
    if !remarks.isEmpty, entry.cost != nil {
      notes.append("\(name): not taken over: \(remarks.joined(separator: ", "))")
    }
    entries.append(entry)
  }

  mutating func leaveOut(_ provider: ProviderType, _ id: String, _ cause: String) {
    notes.append("\(provider.rawValue):\(id): left out: \(cause)")
  }

  func result(date: String, source: String) throws(PriceImport.Failure) -> PriceImport {
    guard !entries.isEmpty else {
      throw PriceImport.Failure(description: "the list has no model of openai or claude; is it the right file?")
    }
    let types = Set(entries.map(\.provider.rawValue)).sorted()
    return PriceImport(
      catalogue: PriceCatalogue(
        date: date, sources: Dictionary(uniqueKeysWithValues: types.map { ($0, source) }), entries: entries),
      notes: notes, foreign: foreign)
  }
}

extension FieldValue {
  /// A price of one token, or of a million (`exponent` 0), as the price of a million: by moving the point in its text.
  /// Nil where this is no number or has more digits than money has.
  func priceOfMillion(exponent: Int) -> FieldValue? {
    let text: String? =
      switch self {
      case .integer(let value): String(value)
      case .decimal(let text): text
      default: nil
      }
    guard let text, let price = DecimalText.canonical(text + "e\(exponent)"), !price.hasPrefix("-"),
      DecimalText.fractionDigits(price) <= 12, DecimalText.wholeDigits(price) <= 12
    else { return nil }
    return .decimal(price)
  }

  /// A number of tokens, which some lists write with a fraction.
  var tokenCount: Int? {
    let number: Int? =
      switch self {
      case .integer(let value): Int(exactly: value)
      case .decimal(let text): Int(text)
      default: nil
      }
    return number.flatMap { (1...1_000_000_000).contains($0) ? $0 : nil }
  }
}
