import DroverCore

extension ModelEntry {
  /// As an element of a list of models.
  var item: FieldValue {
    .object([
      "id": .string(modelID), "name": .string(displayName), "provider": .string(provider),
      "contextWindow": contextWindow.map { .integer($0) } ?? .null,
      "maxTokens": maxTokens.map { .integer($0) } ?? .null,
      "capabilities": .strings(capabilities.map(\.rawValue)), "key": .string(key),
      "status": .string(shownState.rawValue), "deprecated": isDeprecated ? .bool(true) : nil,
      "origin": .string(origin.rawValue), "resource": resource.map { .string($0) },
      "gone": discovered?.goneSince == nil ? nil : .bool(true),
    ])
  }

  /// As elements name a model in passing.
  var reference: FieldValue {
    .object(["id": .string(modelID), "name": .string(displayName), "provider": .string(provider)])
  }

  /// Everything that is known of it. Prices are numbers with every digit that the manifest gives them.
  var entry: FieldValue {
    var entry = item
    func add(_ key: String, _ value: FieldValue?) { if let value, !value.isNull { entry.set(key, value) } }
    entry.set("version", spec["version"] ?? .string("1.0.0"))
    add("aliases", aliases.isEmpty ? nil : .strings(aliases))
    add("cost", spec["cost"].map { $0.withDefaults(["currency": .string("USD"), "per": .integer(1000)]) })
    add("rateLimit", spec["rateLimit"])
    add("metadata", metadata)
    entry.set("accessCount", status["accessCount"] ?? .integer(0))
    add("lastAccessed", status["lastAccessed"])
    add("usageStats", status["usage"])
    add("performanceMetrics", status["performance"])
    if let discovered {
      add("discoveredAt", .string(discovered.firstSeen.description))
      add("goneSince", discovered.goneSince.map { .string($0.description) })
      add("lifecycle", discovered.listed.lifecycle.map { .string($0.rawValue) })
      add("retiresAt", discovered.listed.retiresAt.map { .string($0.description) })
      add("created", discovered.listed.created.map { .string($0.description) })
    } else {
      add("retiresAt", status["retiresAt"])
    }
    return entry
  }

  /// The free map, and under names of its own what has a field in a manifest.
  private var metadata: FieldValue? {
    var map = spec["metadata"] ?? .emptyMap
    func add(_ key: String, _ value: FieldValue?) { if let value, !value.isNull { map.set(key, value) } }
    add("tags", spec["tags"])
    add("apiEndpoint", apiEndpoint.map { .string($0) })
    add("modelFile", spec[path: ["llamaCpp", "file"]])
    add("quantization", spec[path: ["llamaCpp", "quantization"]])
    add("fileSize", spec[path: ["llamaCpp", "fileSize"]])
    if let required = spec[path: ["llamaCpp", "requiredMemory"]]?.map, required.count == 1 {
      add("requiredRAM", required[0].value)
    }
    return map.map?.isEmpty == false ? map : nil
  }
}

extension FieldValue {
  /// This map with `defaults` for the keys that it lacks.
  fileprivate func withDefaults(_ defaults: KeyValuePairs<String, FieldValue>) -> FieldValue {
    var map = self
    for (key, value) in defaults where map[key] == nil { map.set(key, value) }
    return map
  }
}
