import DroverCore

/// The fields of a kind that a running process depends on, and the hash over them.
///
/// Only what differs from its built-in default is hashed: a field that a later version adds leaves every hash as it is,
/// and so does writing a default out.
final class ReloadFields: Sendable {
  private struct Slot {
    var name: String
    /// `llamaCpp.context.slots=`
    var label: [UInt8]
    var defaultValue: FieldValue?
    var below: ReloadFields?
  }

  private let slots: [Slot]

  private init(_ fields: [Field], prefix: String) {
    slots = fields.compactMap { field in
      let path = prefix + field.name
      if case .object(let nested) = field.type {
        let below = ReloadFields(nested, prefix: path + ".")
        return below.slots.isEmpty ? nil : Slot(name: field.name, label: [], defaultValue: nil, below: below)
      }
      guard field.change >= .reload else { return nil }
      return Slot(name: field.name, label: Array((path + "=").utf8), defaultValue: field.defaultValue, below: nil)
    }
  }

  private func append(_ spec: FieldValue, to out: inout [UInt8]) {
    for index in slots.indices {
      guard let value = spec[slots[index].name] else { continue }
      if let below = slots[index].below {
        below.append(value, to: &out)
      } else if !value.isNull, value != slots[index].defaultValue {
        out.append(contentsOf: slots[index].label)
        value.appendCanonicalJSON(to: &out)
        out.append(UInt8(ascii: "\n"))
      }
    }
  }

  private static let model = ReloadFields(KindDefinition.model.fields, prefix: "")
  private static let provider = ReloadFields(KindDefinition.provider.fields, prefix: "provider.")
  private static let version = Array("drover reload hash 1\n".utf8)

  /// What the fields of a provider's effective spec add to the hash of each of its models.
  static func providerPart(_ spec: FieldValue) -> [UInt8] {
    var out: [UInt8] = []
    provider.append(spec, to: &out)
    return out
  }

  static func providerHash(_ part: [UInt8]) -> String { Digest.sha256(version + part) }

  /// The reload hash of a model: its effective spec after what its provider adds.
  static func modelHash(_ spec: FieldValue, providerPart: [UInt8]) -> String {
    var out = version
    out.reserveCapacity(512)
    out.append(contentsOf: providerPart)
    model.append(spec, to: &out)
    return Digest.sha256(out)
  }
}
