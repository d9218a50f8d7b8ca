import DroverCore

extension ServerRecord {
  /// As its column holds it.
  var fieldValue: FieldValue {
    .object([
      "type": .string(type.rawValue), "mode": .string(mode.rawValue), "baseURL": .string(baseURL),
      "secret": secret.map { .string($0) },
    ])
  }

  init?(_ value: FieldValue) {
    guard let type = value["type"]?.string.flatMap(ProviderType.init),
      let mode = value["mode"]?.string.flatMap(ProviderMode.init), let baseURL = value["baseURL"]?.string
    else { return nil }
    self.init(type: type, mode: mode, baseURL: baseURL, secret: value["secret"]?.string)
  }
}
