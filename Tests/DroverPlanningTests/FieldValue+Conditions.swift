import DroverCore

extension FieldValue {
  /// `True Loaded: message` of a condition; nil if it is absent.
  func condition(_ type: String) -> String? {
    guard let found = (self["conditions"]?.list ?? []).first(where: { $0.value["type"]?.string == type })?.value,
      let status = found["status"]?.string, let reason = found["reason"]?.string
    else { return nil }
    return "\(status) \(reason): \(found["message"]?.string ?? "")"
  }

  func time(_ type: String) -> String? {
    (self["conditions"]?.list ?? []).first { $0.value["type"]?.string == type }?.value["lastTransitionTime"]?.string
  }
}
