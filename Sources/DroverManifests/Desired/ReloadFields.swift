import DroverCore

/// The fields of a kind that a running process depends on, and the hash over them.
///
/// Only what differs from its built-in default is hashed: a field that a later version adds leaves every hash as it is,
/// and so does writing a default out.
final class ReloadFields: Sendable {
  private struct Slot {
    var name: String
    var defaultValue: FieldValue?
    var isHashed: Bool
    var below: ReloadFields?
  }

  private let slots: [Slot]

  private init(_ fields: [Field]) {
    slots = fields.compactMap { field in
      if case .object(let nested) = field.type {
        let below = ReloadFields(nested)
        return below.slots.isEmpty
          ? nil : Slot(name: field.name, defaultValue: nil, isHashed: false, below: below)
      }
      guard field.change >= .reload else { return nil }
      return Slot(name: field.name, defaultValue: field.defaultValue, isHashed: true, below: nil)
    }
  }

  private func append(_ spec: FieldValue, prefix: String, to out: inout [UInt8]) {
    guard case .map(let entries) = spec else { return }
    for slot in slots {
      guard let entry = entries.first(where: { $0.key == slot.name }) else { continue }
      if let below = slot.below {
        below.append(entry.value, prefix: prefix + slot.name + ".", to: &out)
      } else if !entry.value.isNull, entry.value != slot.defaultValue {
        out.append(contentsOf: prefix.utf8)
        out.append(contentsOf: slot.name.utf8)
        out.append(UInt8(ascii: "="))
        out.append(contentsOf: entry.value.canonicalJSON)
        out.append(UInt8(ascii: "\n"))
      }
    }
  }

  private static let model = ReloadFields(KindDefinition.model.fields)
  private static let provider = ReloadFields(KindDefinition.provider.fields)
  private static let version = Array("drover reload hash 1\n".utf8)

  /// What the fields of a provider's effective spec add to the hash of each of its models.
  static func providerPart(_ spec: FieldValue) -> [UInt8] {
    var out: [UInt8] = []
    provider.append(spec, prefix: "provider.", to: &out)
    return out
  }

  static func providerHash(_ part: [UInt8]) -> String { Digest.sha256(version + part) }

  /// The reload hash of a model: its effective spec after what its provider adds.
  static func modelHash(_ spec: FieldValue, providerPart: [UInt8]) -> String {
    var out = version
    out.reserveCapacity(512)
    out.append(contentsOf: providerPart)
    model.append(spec, prefix: "", to: &out)
    return Digest.sha256(out)
  }
}
