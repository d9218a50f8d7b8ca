package import DroverCore

/// What Ollama says of its models: those on disk, those in memory, and one in full.
package enum OllamaListing {
  /// A model in Ollama's memory, or on its way there.
  package struct Resident: Equatable, Sendable {
    package var id: String
    package var memory: ByteCount?
    package var contextWindow: Int?
    /// When Ollama unloads it, unless it is used.
    package var expiresAt: Timestamp?

    package init(
      id: String, memory: ByteCount? = nil, contextWindow: Int? = nil, expiresAt: Timestamp? = nil
    ) {
      self.id = id
      self.memory = memory
      self.contextWindow = contextWindow
      self.expiresAt = expiresAt
    }
  }

  /// What `/api/show` adds to a listing.
  package struct Details: Equatable, Sendable {
    package var capabilities: [Capability]?
    package var contextWindow: Int?
    package var isRemote: Bool
  }

  /// The name as Ollama lists it: without a tag it means `:latest`.
  package static func fullName(_ id: String) -> String {
    let last = id.lastIndex(of: "/").map { id[id.index(after: $0)...] } ?? id[...]
    return last.contains(":") ? id : id + ":latest"
  }

  /// `GET /api/tags`, sorted by id; nil where the body is no listing.
  package static func tags(_ body: [UInt8]) -> [ListedModel]? {
    guard let json = try? JSONReader.read(body), let list = json["models"]?.list else { return nil }
    return list.compactMap { element -> ListedModel? in
      let value = element.value
      guard let id = name(value) else { return nil }
      return ListedModel(
        id: id, contextWindow: value[path: ["details", "context_length"]]?.tokenCount,
        capabilities: capabilities(value["capabilities"]), isRemote: isRemote(value),
        created: value["modified_at"]?.string.flatMap(Timestamp.init(rfc3339:)))
    }.normalised()
  }

  /// `GET /api/ps`; nil where the body is no such list.
  package static func running(_ body: [UInt8]) -> [Resident]? {
    guard let json = try? JSONReader.read(body), let list = json["models"]?.list else { return nil }
    return list.compactMap { element in
      let value = element.value
      return name(value).map { id in
        Resident(
          id: id, memory: value["size"]?.integer.flatMap { $0 > 0 ? ByteCount($0) : nil },
          contextWindow: value["context_length"]?.tokenCount,
          expiresAt: value["expires_at"]?.string.flatMap(Timestamp.init(rfc3339:)))
      }
    }
  }

  /// `POST /api/show`; nil where the body is no description.
  package static func details(_ body: [UInt8]) -> Details? {
    guard let json = try? JSONReader.read(body), json.map != nil else { return nil }
    let information = json["model_info"]
    let context = information?["general.architecture"]?.string.flatMap { information?[$0 + ".context_length"] }
    return Details(
      capabilities: capabilities(json["capabilities"]), contextWindow: context?.tokenCount, isRemote: isRemote(json))
  }

  private static func name(_ value: FieldValue) -> String? {
    let name = value["model"]?.string ?? value["name"]?.string
    return name.flatMap { $0.isEmpty ? nil : fullName($0) }
  }

  private static func isRemote(_ value: FieldValue) -> Bool {
    [value["remote_model"], value["remote_host"]].contains { $0?.string?.isEmpty == false }
  }

  private static func capabilities(_ listed: FieldValue?) -> [Capability]? {
    guard let words = listed?.list.map({ $0.compactMap(\.value.string) }) else { return nil }
    var found: Set<Capability> = []
    for word in words {
      switch word {
      case "completion": found.formUnion([.textGeneration, .chatCompletion, .streaming, .jsonMode])
      case "embedding": found.insert(.embeddings)
      case "tools": found.insert(.functionCalling)
      case "vision": found.insert(.vision)
      default: continue
      }
    }
    return Capability.allCases.filter(found.contains)
  }
}
