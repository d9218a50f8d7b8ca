import DroverCore

extension ModelStatus {
  /// Which fields of the spec the price catalogue filled in, and of which day it is; nil where it filled in none.
  var catalogue: FieldValue? {
    let fields = (object.resource?.spec.map ?? []).filter { $0.mark.layer == .catalogue }.map(\.key)
    guard !fields.isEmpty else { return nil }
    return .object(["date": .string(context.prices.date), "fields": .strings(fields.sorted())])
  }
}
