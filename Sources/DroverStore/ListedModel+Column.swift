import DroverCore

extension ListedModel {
  /// As its column holds it: everything but the id, which has a column of its own, and what changes by itself.
  var fieldValue: FieldValue {
    func time(_ time: Timestamp?) -> FieldValue? { time.map { .integer($0.milliseconds) } }
    return .object([
      "displayName": displayName.map { .string($0) }, "contextWindow": contextWindow.map { .integer(Int64($0)) },
      "maxTokens": maxTokens.map { .integer(Int64($0)) },
      "capabilities": capabilities.map { .strings($0.map(\.rawValue)) },
      "lifecycle": lifecycle.map { .string($0.rawValue) }, "deprecatedAt": time(deprecatedAt),
      "retiresAt": time(retiresAt), "isRemote": isRemote ? .bool(true) : nil, "created": time(created),
    ])
  }

  /// Nil where the value is no map.
  init?(id: String, _ value: FieldValue) {
    guard value.map != nil else { return nil }
    func number(_ key: String) -> Int? { value[key]?.integer.flatMap { Int(exactly: $0) } }
    func time(_ key: String) -> Timestamp? { value[key]?.integer.map(Timestamp.init(milliseconds:)) }
    self.init(
      id: id, displayName: value["displayName"]?.string, contextWindow: number("contextWindow"),
      maxTokens: number("maxTokens"),
      capabilities: value["capabilities"].map { $0.stringList.compactMap(Capability.init) },
      lifecycle: value["lifecycle"]?.string.flatMap(Lifecycle.init), deprecatedAt: time("deprecatedAt"),
      retiresAt: time("retiresAt"), isRemote: value["isRemote"]?.bool ?? false, created: time("created"))
  }
}
