package import DroverCore
import DroverHTTP

/// The questions that the control API answers, one method each.
package struct FleetClient {
  private let transport: any FleetTransport
  package let address: ServerAddress

  package init(transport: any FleetTransport, address: ServerAddress) {
    self.transport = transport
    self.address = address
  }

  /// Objects of one kind, or all, in the server's order: by kind and name.
  package func objects(of kind: Kind? = nil, timeout: Duration = .seconds(30)) throws(CLIError) -> [FleetObject] {
    let target = "/api/v1/resources" + (kind.map { "/" + $0.plural } ?? "")
    let answer = try json(FleetRequest("GET", target, timeout: timeout))
    return (answer["items"]?.list ?? []).map { FleetObject($0.value) }
  }

  /// Nil where the server knows no such object.
  package func object(_ identity: Identity) throws(CLIError) -> FleetObject? {
    // The server has one Fleet, under a fixed name; its manifest may give it another.
    if identity.kind == .fleet {
      return try objects(of: .fleet).first { identity.name == Identity.fleet.name || identity.name == $0.name }
    }
    let target = "/api/v1/resources/\(identity.kind.plural)/\(PercentEncoding.encode(identity.name))"
    let reply = try transport.exchange(FleetRequest("GET", target))
    if reply.status == 404 { return nil }
    return FleetObject(try decode(reply))
  }

  /// As ``object(_:)``; a missing one is an error that names what comes near.
  package func existingObject(_ identity: Identity) throws(CLIError) -> FleetObject {
    if let object = try object(identity) { return object }
    throw try notFound(identity, among: objects(of: identity.kind).map(\.name))
  }

  /// The model of this name, alias or key.
  package func existingModel(_ word: String) throws(CLIError) -> FleetObject {
    let word = Identity(argument: word).flatMap { $0.kind == .model ? $0.name : nil } ?? word
    if isSubdomainName(word), let object = try object(Identity(.model, word)) { return object }
    let models = try objects(of: .model)
    if let model = models.first(where: { $0.aliases.contains(word) || $0.text("status", "key") == word }) {
      return model
    }
    throw try notFound(Identity(.model, word), among: models.flatMap { [$0.name] + $0.aliases })
  }

  private func notFound(_ identity: Identity, among names: [String]) throws(CLIError) -> CLIError {
    if names.isEmpty { try requireFirstScan() }
    return CLIError(
      "\(identity.kind.singular) '\(TerminalText.escaped(identity.name))' not found"
        + Suggestion.phrase(for: identity.name, among: names))
  }

  /// Why the server is not ready, one sentence each; none when it is.
  package func problems() throws(CLIError) -> [String] {
    let reply = try transport.exchange(FleetRequest("GET", "/readyz"))
    guard reply.status == 503 else { return [] }
    return String(decoding: reply.body, as: UTF8.self).split(separator: "\n").map { TerminalText.escaped(String($0)) }
  }

  /// Fails while the server shows no Fleet: it does so, with or without a manifest of it, from its first scan on. Until
  /// then, an empty answer says nothing of the fleet.
  package func requireFirstScan() throws(CLIError) {
    if try !hasScanned() { throw CLIError(FleetClient.unscanned(try problems())) }
  }

  /// Whether the server has read its manifests once.
  func hasScanned() throws(CLIError) -> Bool { try !objects(of: .fleet).isEmpty }

  static func unscanned(_ problems: [String]) -> String {
    (["droverd has not read its manifests yet"] + (problems.isEmpty ? [] : [problems.joined(separator: "; ")]))
      .joined(separator: ": ")
  }

  /// Specs that were accepted for an object, newest first.
  package func history(of identity: Identity, limit: Int) throws(CLIError) -> [SpecVersion] {
    let object = identity.onServer
    let target = "/api/v1/resources/\(object.kind.plural)/\(PercentEncoding.encode(object.name))/history?limit=\(limit)"
    return (try json(FleetRequest("GET", target))["items"]?.list ?? []).compactMap { SpecVersion($0.value) }
  }

  /// Newest last.
  package func events(about object: Identity? = nil, limit: Int = 100) throws(CLIError) -> [FieldValue] {
    let filter = object.map { "&object=" + PercentEncoding.encode($0.onServer.description) } ?? ""
    let answer = try json(FleetRequest("GET", "/api/v1/events?limit=\(limit)\(filter)"))
    return (answer["items"]?.list ?? []).map(\.value)
  }

  /// The number of the newest change; returns as soon as it is above `version`, or after `timeout`.
  package func change(after version: Int64, timeout: Duration) throws(CLIError) -> Int64 {
    let milliseconds = max(0, timeout.wholeMilliseconds)
    let answer = try json(
      FleetRequest(
        "GET", "/api/v1/changes?after=\(version)&timeoutMs=\(milliseconds)", timeout: timeout + .seconds(15)))
    guard let newest = answer["version"]?.integer else { throw malformed("version") }
    return newest
  }

  package func version() throws(CLIError) -> String {
    guard let text = try json(FleetRequest("GET", "/version", timeout: .seconds(5)))["version"]?.string else {
      throw malformed("version")
    }
    return text
  }

  /// The token that status echoes once it is handled.
  package func reconcile(_ identity: Identity?) throws(CLIError) -> String {
    let body = FieldValue.object(["object": identity.map { .string($0.onServer.description) }])
    return try json(FleetRequest("POST", "/api/v1/reconcile", body: Array(body.json.utf8)))["token"]?.string ?? ""
  }

  package func confirmPrune(token: String) throws(CLIError) {
    let body = FieldValue.object(["token": .string(token)])
    _ = try json(FleetRequest("POST", "/api/v1/confirm-prune", body: Array(body.json.utf8)))
  }

  /// Asks for a model to be loaded or unloaded, without waiting for it. Returns the instant of the request as the
  /// model's status shows it.
  package func requestLoad(_ loaded: Bool, of model: FleetObject, warmup: Bool?) throws(CLIError) -> Timestamp {
    let body = FieldValue.object([
      "provider": .string(model.text("spec", "provider") ?? ""),
      "model": .string(model.text("spec", "modelID") ?? model.name), "warmup": warmup.map { .bool($0) },
    ])
    let target = "/api/v1/models/\(loaded ? "load" : "unload")?wait=false"
    let answer = try json(FleetRequest("POST", target, body: Array(body.json.utf8)))
    guard let at = answer["requestedAt"]?.string.flatMap(Timestamp.init(rfc3339:)) else {
      throw malformed("requestedAt")
    }
    return at
  }

  /// JSON of the diff report for these manifests. Changes nothing. A partial set leaves what it does not name as it is.
  package func plan(_ files: [ProposedFile], isPartial: Bool) throws(CLIError) -> [UInt8] {
    let list = files.map { file in
      FieldValue.object([
        "path": .string(file.path), "content": .string(String(decoding: file.bytes, as: UTF8.self)),
      ])
    }
    let body = FieldValue.object(["files": .array(list), "partial": isPartial ? .bool(true) : nil])
    let reply = try transport.exchange(
      FleetRequest("POST", "/api/v1/plan", body: Array(body.json.utf8), timeout: .seconds(60)))
    _ = try decode(reply)
    return reply.body
  }

  /// Any other request, such as one to a model's own server; the answer as it came.
  package func exchange(_ request: FleetRequest) throws(CLIError) -> FleetReply { try transport.exchange(request) }

  func json(_ request: FleetRequest) throws(CLIError) -> FieldValue {
    try decode(try transport.exchange(request))
  }

  private func decode(_ reply: FleetReply) throws(CLIError) -> FieldValue {
    let value = try? JSONReader.read(reply.body)
    guard (200..<300).contains(reply.status) else {
      let message = value?[path: ["error", "message"]]?.string
      throw CLIError(message ?? "droverd at \(address) answered with status \(reply.status)")
    }
    guard let value else { throw malformed("JSON") }
    return value
  }

  func malformed(_ expected: String) -> CLIError {
    CLIError("the answer of \(address) holds no \(expected); is it a droverd? try 'drover version'")
  }
}

extension Identity {
  /// The one Fleet of a server.
  static let fleet = Identity(.fleet, "fleet")

  /// What the server calls the object: its Fleet has a fixed name, whatever the manifest says.
  var onServer: Identity { kind == .fleet ? .fleet : self }
}
