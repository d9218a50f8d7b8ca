import DroverCore

/// A Model's spec from one entry of somebody's list.
struct ImportedModel {
  private(set) var spec: FieldValue
  /// The provider's address without the path of an operation.
  private(set) var endpoint: String?
  private(set) var hasFile = false
  /// What could not be taken over as it is.
  private(set) var notes: [String] = []

  private static let operations = ["/chat/completions", "/completions", "/embeddings", "/messages", "/responses"]

  init(_ entry: FieldValue, id: String, provider: String, type: ProviderType, alias: String?) {
    spec = .object(["provider": .string(provider), "modelID": .string(id)])
    if let name = entry["name"]?.string, name != id { spec.set("displayName", .string(name)) }
    if let alias, alias != ManifestGathering.slug(id) { spec.set("aliases", .strings([alias])) }
    for key in ["version", "contextWindow", "maxTokens", "capabilities", "cost", "rateLimit"] {
      if let value = entry[key], !value.isNull { spec.set(key, value) }
    }
    takeMetadata(entry["metadata"] ?? .emptyMap, type: type)
    let known = [
      "id", "name", "provider", "version", "contextWindow", "maxTokens", "capabilities", "cost", "rateLimit",
    ]
    let passing = [
      "metadata", "key", "status", "accessCount", "lastAccessed", "usageStats", "performanceMetrics", "origin",
      "resource", "deprecated",
    ]
    for field in entry.map ?? [] where !known.contains(field.key) && !passing.contains(field.key) {
      notes.append("'\(field.key)' is not taken over")
    }
  }

  private mutating func takeMetadata(_ metadata: FieldValue, type: ProviderType) {
    var free: [FieldEntry] = []
    var engine = FieldValue.emptyMap
    for entry in metadata.map ?? [] where !entry.value.isNull {
      switch (entry.key, entry.value) {
      case ("tags", .list): spec.set("tags", entry.value)
      case ("apiEndpoint", .string(let address)): endpoint = Self.base(of: address, type: type)
      case ("modelFile", .string(let path)) where type == .llamaCpp:
        hasFile = true
        engine.set("file", .string(file(path)))
      case ("quantization", .string) where type == .llamaCpp: engine.set("quantization", entry.value)
      case ("fileSize", .string(let size)) where type == .llamaCpp && ByteCount(manifestText: size) != nil:
        engine.set("fileSize", entry.value)
      case ("requiredRAM", .string(let size)) where type == .llamaCpp && ByteCount(manifestText: size) != nil:
        engine.set("requiredMemory", .object(["host": .string(size)]))
      default: free.append(entry)
      }
    }
    if hasFile {
      spec.set("llamaCpp", engine)
    } else {
      // Without a file nothing is run here, so that only people read the rest.
      for entry in engine.map ?? [] { free.append(entry) }
    }
    if !free.isEmpty { spec.set("metadata", .map(free)) }
  }

  /// A path below a model directory: manifests name no other.
  private mutating func file(_ path: String) -> String {
    guard path.hasPrefix("/") else { return path }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    notes.append("'\(path)' is named '\(name)' now; put its folder among the modelDirectories of the host policy")
    return name
  }

  static func base(of address: String, type: ProviderType) -> String {
    var base = address
    for operation in operations where base.hasSuffix(operation) {
      base.removeLast(operation.count)
      break
    }
    if type != .openai, base.hasSuffix("/v1") { base.removeLast(3) }
    while base.last == "/" { base.removeLast() }
    return base
  }
}
