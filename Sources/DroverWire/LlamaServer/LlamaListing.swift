package import DroverCore

/// `GET /models` of a `llama-server`: the one model that it serves, or all those of a router with their state.
package struct LlamaListing: Equatable, Sendable {
  /// As the server orders them.
  package var models: [Entry]

  package struct Entry: Equatable, Sendable {
    package var id: String
    /// Other names that it answers to; the id may be among them.
    package var aliases: [String]
    /// Nil where the server is no router.
    package var status: Status?
    /// The context of one request, where the model runs.
    package var contextWindow: Int?
    package var capabilities: CapabilityEvidence

    package func answers(to name: String) -> Bool { id == name || aliases.contains(name) }
  }

  /// What a router says of one of its models.
  package struct Status: Equatable, Sendable {
    package enum Value: String, Sendable { case unloaded, loading, loaded, sleeping, downloading, downloaded }

    /// Nil for a word that this version does not know.
    package var value: Value?
    /// Whether its last process ended badly; also so after an unload that had to kill it.
    package var hasFailed: Bool
    package var exitCode: Int64?
    /// How long the router waits for its process to end by itself.
    package var stopTimeout: Duration
  }

  /// Nil where the body is no listing.
  package init?(_ body: [UInt8]) {
    guard let json = try? JSONReader.read(body), let data = json["data"]?.list else { return nil }
    models = data.compactMap { Entry($0.value) }
  }

  /// The entry that a name means: an id goes before an alias.
  package func entry(named name: String) -> Entry? {
    models.first { $0.id == name } ?? models.first { $0.answers(to: name) }
  }

  /// Whether models are loaded and unloaded here; nil for an empty listing, which does not tell.
  package var isOfRouter: Bool? { models.isEmpty ? nil : models.contains { $0.status != nil } }
}

extension LlamaListing.Entry {
  fileprivate init?(_ value: FieldValue) {
    guard let id = value["id"]?.string, !id.isEmpty else { return nil }
    self.id = id
    aliases = value["aliases"]?.stringList ?? []
    status = value["status"].flatMap(LlamaListing.Status.init)
    contextWindow = value[path: ["meta", "n_ctx"]]?.integer.flatMap { $0 > 0 ? Int($0) : nil }
    var evidence = CapabilityEvidence.silence
    if let inputs = value[path: ["architecture", "input_modalities"]]?.stringList, !inputs.isEmpty {
      evidence = inputs.contains("image") ? CapabilityEvidence(has: [.vision]) : CapabilityEvidence(lacks: [.vision])
    }
    if let words = value[path: ["status", "args"]]?.stringList, !words.isEmpty {
      let isForEmbeddings = !Set(words).isDisjoint(with: ["--embedding", "--embeddings"])
      evidence = CapabilityEvidence.llamaServer(servesEmbeddings: isForEmbeddings).completed(by: evidence)
    }
    capabilities = evidence
  }
}

extension LlamaListing.Status {
  private static let usualStopTimeout: Duration = .seconds(10)

  fileprivate init?(_ value: FieldValue) {
    guard let word = value["value"]?.string else { return nil }
    self.value = Value(rawValue: word)
    exitCode = value["exit_code"]?.integer
    hasFailed = value["failed"]?.bool ?? false
    stopTimeout = Self.stopTimeout(preset: value["preset"]?.string ?? "") ?? Self.usualStopTimeout
  }

  /// `stop-timeout = 10`, in seconds, among the lines of a preset.
  private static func stopTimeout(preset: String) -> Duration? {
    for line in preset.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
      guard parts.count == 2, parts[0] == "stop-timeout", let seconds = Int64(parts[1]), (0...86_400).contains(seconds)
      else { continue }
      return .seconds(seconds)
    }
    return nil
  }
}
